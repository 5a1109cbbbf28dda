#ifndef TNN_RUNTIME_H
#define TNN_RUNTIME_H

/** @file
 *  The C interface of tnn's runtime (libtnn_runtime.so): a trained network whose cost is set at every inference by one number, the
 *  utilization u in (0, 1]. Names and structures stay as they are within a major version; structures grow at their end.
 *
 *  A function that can fail returns a tnn_status; tnn_last_error() then says what was wrong. Nothing throws, prints or ends the process.
 */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TNN_API __attribute__((visibility("default")))
#else
#define TNN_API
#endif

typedef enum tnn_status {
  TNN_OK = 0,
  TNN_FAILED = 1, /**< the system refused: out of memory */
  TNN_USAGE = 2,  /**< an argument is outside what is allowed */
  TNN_DATA = 3    /**< the model file is missing or damaged */
} tnn_status;

/** A loaded model: one copy of the weights, an operating point, any number of contexts. */
typedef struct tnn_network tnn_network;
/** What one thread of inference needs; one thread at a time may use it. */
typedef struct tnn_context tnn_context;
/** Chooses the operating point of each input; one thread at a time may use it. */
typedef struct tnn_controller tnn_controller;
/** Chooses the operating point of the next inference by what the last ones and the machine's sensors say. */
typedef struct tnn_governor tnn_governor;

/** Zero and NULL stand for the defaults. Set struct_size to sizeof(tnn_options). */
typedef struct tnn_options {
  int64_t struct_size;
  const char* engine;         /**< a name of tnn_engine_names(); default: the fastest */
  const char* precision;      /**< "fp32" (default), "tf32", "fp16" or "bf16"; an engine refuses what it lacks */
  int64_t threads;            /**< that work on one run, default 1 */
  int64_t batch_limit;        /**< inputs in one run at most, default 1 */
  int64_t memory_limit_bytes; /**< of a context, default 16 GiB */
  const char* tuning_file;    /**< keeps how each step is computed fastest, measured at the first load; default: estimates decide */
} tnn_options;

/** An operating point and what it costs for one input. Set struct_size to sizeof(tnn_point). */
typedef struct tnn_point {
  int64_t struct_size;
  double u;              /**< canonical utilization */
  double u_begin, u_end; /**< the utilizations that lead to this point */
  int64_t macs;          /**< multiply-accumulates */
  int64_t flops;
  int64_t parameters;         /**< active ones */
  int64_t activation_bytes;   /**< peak, fp32 */
  double validation_accuracy; /**< top-1, 0 to 1; -1: the file has none */
} tnn_point;

/** "0.1.0 (commit abc1234)". */
TNN_API const char* tnn_version(void);
/** What the last failed call of this thread was about; "" before the first. Valid until the next failed call. */
TNN_API const char* tnn_last_error(void);
/** The engines of this build, fastest first, separated by commas. */
TNN_API const char* tnn_engine_names(void);

/** Reads a model file by memory map; options may be NULL. The widest operating point is set. */
TNN_API tnn_status tnn_network_load(const char* path, const tnn_options* options, tnn_network** network);
/** Contexts may outlive their network. NULL is allowed. */
TNN_API void tnn_network_free(tnn_network* network);

/** Writes the first `capacity` sizes of one input (of the first output), {channels, extent...}; returns how many sizes there are. */
TNN_API int64_t tnn_input_shape(const tnn_network* network, int64_t* sizes, int64_t capacity);
TNN_API int64_t tnn_output_shape(const tnn_network* network, int64_t* sizes, int64_t capacity);
/** Numbers in one input (in the first output for it). */
TNN_API int64_t tnn_input_elements(const tnn_network* network);
TNN_API int64_t tnn_output_elements(const tnn_network* network);

/** Outputs of the network, index from 0. Of an index that there is not, the name is NULL, sizes and elements are 0. Names live as long as
 *  the network. */
TNN_API int64_t tnn_output_count(const tnn_network* network);
TNN_API const char* tnn_output_name(const tnn_network* network, int64_t index);
TNN_API int64_t tnn_output_shape_at(const tnn_network* network, int64_t index, int64_t* sizes, int64_t capacity);
TNN_API int64_t tnn_output_elements_at(const tnn_network* network, int64_t index);

TNN_API int64_t tnn_point_count(const tnn_network* network);
/** Operating points by rising u, index from 0. */
TNN_API tnn_status tnn_point_get(const tnn_network* network, int64_t index, tnn_point* point);

/** From any thread, at any time: takes effect at the next run of every context. Never blocks, allocates nothing. */
TNN_API tnn_status tnn_set_utilization(tnn_network* network, double u);
TNN_API tnn_status tnn_set_point(tnn_network* network, int64_t index);
/** Index of the operating point that the next run will use. */
TNN_API int64_t tnn_current_point(const tnn_network* network);

TNN_API tnn_status tnn_context_create(const tnn_network* network, tnn_context** context);
TNN_API void tnn_context_free(tnn_context* context);
/** Bytes that a context holds beside the weights. */
TNN_API int64_t tnn_context_bytes(const tnn_context* context);
/** Bytes of the weights as they lie in the file, and what the engine holds beside them for all operating points together. */
TNN_API int64_t tnn_weight_bytes(const tnn_network* network);
TNN_API int64_t tnn_engine_bytes(const tnn_network* network);

/** Computes `batch` inputs of 32-bit floats, row-major, into as many values of the first output, [batch, channels, extent...]; channels
 * that the operating point closes are 0. `point` (may be NULL) gets the index of the operating point that all of them were computed at.
 *  Allocates nothing. */
TNN_API tnn_status tnn_run(tnn_context* context, const float* input, int64_t batch, float* output, int64_t* point);
/** The same with several outputs: `outputs` holds `count` pointers, for the first `count` outputs; one that is NULL is not written. */
TNN_API tnn_status tnn_run_outputs(tnn_context* context, const float* input, int64_t batch, float* const* outputs, int64_t count,
                                   int64_t* point);
/** The same at the operating point of an index, whichever the network's own is, and without touching that. */
TNN_API tnn_status tnn_run_at(tnn_context* context, int64_t point, const float* input, int64_t batch, float* const* outputs, int64_t count);

/** Loads the learned controller of a file for a network, with contexts of its own; options as of tnn_network_load, of which batch_limit,
 *  threads, precision and engine count. TNN_USAGE where it was trained for other weights. */
TNN_API tnn_status tnn_controller_load(const tnn_network* network, const char* path, const tnn_options* options,
                                       tnn_controller** controller);
/** The floor that was certified of the network and is stored in its file; TNN_USAGE where there is none. */
TNN_API tnn_status tnn_controller_floor(const tnn_network* network, const tnn_options* options, tnn_controller** controller);
/** A controller may outlive its network. NULL is allowed. */
TNN_API void tnn_controller_free(tnn_controller* controller);
/** Computes `batch` inputs as tnn_run_outputs does, each at a point of its own; the network's operating point is neither read nor changed.
 *  `points` and `macs` (may be NULL) get one value an input: the point that its outputs are of, and the multiply-accumulates of all that
 * was computed for it. */
TNN_API tnn_status tnn_run_controlled(tnn_controller* controller, const float* input, int64_t batch, float* const* outputs, int64_t count,
                                      int64_t* points, int64_t* macs);

/** A row of a governor's rule table: while it holds, the utilization is at most u. */
typedef struct tnn_rule {
  const char* when; /**< "temperature_c", "power_mw", "battery" or "load" */
  int64_t above;    /**< 1: it begins to hold where the reading is `limit` or more; 0: or less */
  double limit;
  double until; /**< the reading at which it ceases to hold, on the other side of `limit` */
  double u;
} tnn_rule;

/** What a governor holds. Zero and NULL stand for the defaults. Set struct_size to sizeof(tnn_governor_options). */
typedef struct tnn_governor_options {
  int64_t struct_size;
  const char* kind; /**< "fixed", "rules", "latency_ms", "deadline_ms", "power_mw" or "temperature_c" */
  double target;    /**< u of "fixed"; else in the unit that the kind names */
  double quantile;  /**< of latencies that is to be within "latency_ms", default 0.9 */
  double accuracy;  /**< least validation accuracy of an operating point, a fraction; default: any */
  int64_t no_floor; /**< 1: the network's certified floor does not count */
  /** What each point took when nothing else ran, tnn_point_count() numbers each: p50_ms and p90_ms are needed for latencies, power_mw for
   *  power where it is known. Or a file as `tnn bench` writes it. */
  const double* p50_ms;
  const double* p90_ms;
  const double* power_mw;
  const char* profile_file;
  const tnn_rule* rules; /**< of "rules" */
  int64_t rule_count;
  double otherwise; /**< u where no rule holds, default 1 */
} tnn_governor_options;

/** What is known of the machine at one time; NAN: not measured. tnn_reading_clear() makes one. */
typedef struct tnn_reading {
  int64_t struct_size;
  double time_s;     /**< on a clock that does not go back */
  double latency_ms; /**< of the last inference */
  int64_t point;     /**< that it was computed at; -1: the governor's */
  double load;       /**< share of the processors that others keep busy, 0 to 1 */
  double temperature_c;
  double power_mw;
  double battery; /**< charge, 0 to 1 */
} tnn_reading;

/** Bits of tnn_governor_state::notices. All but the last two lead to the smallest allowed point. */
enum {
  TNN_NOTICE_STARTING = 1,   /**< nothing usable was read so far */
  TNN_NOTICE_FROZEN = 4,     /**< a sensor gives the same number again and again */
  TNN_NOTICE_MISSING = 8,    /**< a sensor has given nothing usable for long */
  TNN_NOTICE_UNUSABLE = 16,  /**< the last reading was no number that can be, and was ignored */
  TNN_NOTICE_CANNOT_MEET = 2 /**< the target is not met at the smallest allowed point */
};

/** Where a governor stands. Set struct_size to sizeof(tnn_governor_state). */
typedef struct tnn_governor_state {
  int64_t struct_size;
  int64_t point;
  double slowdown;  /**< how many times slower than its profile the machine is now, where that is estimated; else 1 */
  double predicted; /**< what is expected of the point, in the target's unit; NAN: not known */
  int64_t notices;
  int64_t ignored; /**< readings that were not usable */
} tnn_governor_state;

/** A governor for a network's operating points; it starts at the smallest allowed one. TNN_USAGE where something of the options is missing
 * or outside what is allowed; TNN_DATA where the profile is damaged or another model's. */
TNN_API tnn_status tnn_governor_create(const tnn_network* network, const tnn_governor_options* options, tnn_governor** governor);
/** A governor may outlive its network. NULL is allowed. */
TNN_API void tnn_governor_free(tnn_governor* governor);
/** All fields as not measured; struct_size is set. */
TNN_API void tnn_reading_clear(tnn_reading* reading);
/** Takes a reading and decides anew; one thread at a time. Allocates nothing, waits for nothing. What is not usable in it is ignored. */
TNN_API tnn_status tnn_governor_observe(tnn_governor* governor, const tnn_reading* reading);
/** The operating point for the next inference, for tnn_run_at or tnn_set_point: one atomic load, from any thread; -1: `governor` is NULL.
 */
TNN_API int64_t tnn_governor_point(const tnn_governor* governor);
/** For the thread that observes. */
TNN_API tnn_status tnn_governor_state_get(const tnn_governor* governor, tnn_governor_state* state);

#ifdef __cplusplus
}
#endif

#endif
