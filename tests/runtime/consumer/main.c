#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <tnn_runtime.h>

/* The engine is found by the library, and the module that was installed loads and is of the library's version. */
static int check_engine(const char* name, const char* module) {
  if (strstr(tnn_engine_names(), name) == NULL) return 3;
  void* loaded = dlopen(module, RTLD_NOW | RTLD_LOCAL);
  if (loaded == NULL) {
    printf("%s\n", dlerror());
    return 4;
  }
  const char* (*version)(void) = (const char* (*)(void))dlsym(loaded, "tnn_engine_version");
  return version != NULL && strcmp(version(), tnn_version()) == 0 ? 0 : 5;
}

/* Links the installed library from C, and gets a message for a model that is not there; arguments: an engine and its module. */
int main(int count, char** words) {
  tnn_network* network = NULL;
  if (tnn_network_load("/no/such/model.safetensors", NULL, &network) != TNN_DATA || network != NULL) return 1;
  if (strstr(tnn_last_error(), "/no/such/model.safetensors") == NULL) return 2;
  printf("tnn %s, engines %s\n", tnn_version(), tnn_engine_names());
  return count == 3 ? check_engine(words[1], words[2]) : 0;
}
