#include <stdio.h>
#include <string.h>
#include <tnn_runtime.h>

/* Links the installed library from C, and gets a message for a model that is not there. */
int main(void) {
  tnn_network* network = NULL;
  if (tnn_network_load("/no/such/model.safetensors", NULL, &network) != TNN_DATA || network != NULL) return 1;
  if (strstr(tnn_last_error(), "/no/such/model.safetensors") == NULL) return 2;
  printf("tnn %s, engines %s\n", tnn_version(), tnn_engine_names());
  return 0;
}
