/* Every function, for both types, against exact values; every error, and that nothing is written then. */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "logit_loss.h"
#include "reference.h"

enum { ROWS = sizeof references / sizeof references[0] };

static int failures;

#define CHECK(condition, ...) \
    do { \
        if (!(condition)) { \
            failures++; \
            printf("%s:%d: %s: ", __FILE__, __LINE__, #condition); \
            printf(__VA_ARGS__); \
            printf("\n"); \
        } \
    } while (0)

#define OK(call) \
    do { \
        logit_loss_status status = (call); \
        CHECK(status == LOGIT_LOSS_STATUS_OK, "%s", logit_loss_error_message(status)); \
    } while (0)

/* With SABOTAGE, whether a failure is seen. */
#ifndef SABOTAGE
#define SABOTAGE 0
#endif

/* What is promised of a machine that cannot multiply and add in one step, in ULP. */
enum { LOSS = 3 - 9 * SABOTAGE, HESSIAN = 6, SOFTPLUS2 = 4, FOCAL = 11, WEIGHTED = 5, WEIGHTED_HESSIAN = 8, SUM = 5 };
static const double GRADIENT = 3.5;

/* Likewise of asymmetric loss, with powers of 0 and of 1. */
enum { SYMMETRIC = 7, ONE = 12 };

/* With those that it begins with: 1 of a positive, 4 of a negative. */
static int asymmetric_ulps(double target) {
    return target == 0 ? 27 : ONE;
}

enum family { OF_BCE, OF_FOCAL, OF_ASYMMETRIC };

/* The options of what is called. */
#define OPTIONS(call, bce, focal, asymmetric) (((const void *const[]){bce, focal, asymmetric})[(call)->family])

/* The sum of ROWS doubles, so many bytes apart, compensated: rounded once. */
static double total(const double *values, size_t stride) {
    double sum = 0, rest = 0;
    for (size_t i = 0; i < ROWS; i++) {
        double v = *(const double *)(const void *)((const char *)values + i * stride);
        double next = sum + v;
        rest += fabs(sum) >= fabs(v) ? (sum - next) + v : (v - next) + sum;
        sum = next;
    }
    return sum + rest;
}

#define REAL float
#define F(name) name##_f32
#define ASYMMETRIC_INIT LOGIT_LOSS_ASYMMETRIC_INIT_F32
#define NEXT nextafterf
#define HALF_ULP_OF_REFERENCE 0.0
#include "typed.h"
#undef REAL
#undef F
#undef ASYMMETRIC_INIT
#undef NEXT
#undef HALF_ULP_OF_REFERENCE

#define REAL double
#define F(name) name##_f64
#define ASYMMETRIC_INIT LOGIT_LOSS_ASYMMETRIC_INIT_F64
#define NEXT nextafter
#define HALF_ULP_OF_REFERENCE 0.5
#include "typed.h"

static void messages(void) {
    for (int a = LOGIT_LOSS_STATUS_OK; a <= LOGIT_LOSS_STATUS_OTHER; a++) {
        for (int b = LOGIT_LOSS_STATUS_OK - 1; b < a; b++) {
            CHECK(strcmp(logit_loss_error_message(a), logit_loss_error_message(b)) != 0, "%d, %d", a, b);
        }
    }
    CHECK(strcmp(logit_loss_error_message(LOGIT_LOSS_STATUS_OTHER + 1), "unknown") == 0, "one too many");
    CHECK(strcmp(logit_loss_error_message(-1), "unknown") == 0, "negative");
}

/* What a float sent, a double merges. */
static void merged(void) {
    const float logits[2] = {0.5f, -1.5f};
    const double more[1] = {2.0};
    const uint8_t labels[2] = {1, 0};
    logit_loss_sum sum = {{0}}, other = {{0}};
    OK(logit_loss_bce_accumulate_f32(NULL, logits, NULL, labels, 2, &sum));
    OK(logit_loss_bce_accumulate_f64(NULL, more, NULL, labels, 1, &other));
    OK(logit_loss_sum_merge(&sum, &other));
    double mean = 0;
    OK(logit_loss_sum_reduce_f64(&sum, LOGIT_LOSS_MEAN, &mean));
    double exact = (log1p(exp(-0.5)) + log1p(exp(-1.5)) + log1p(exp(-2.0))) / 3;
    CHECK(fabs(mean - exact) <= exact * FLT_EPSILON * SUM, "%.17g, %.17g", mean, exact);

    const logit_loss_sum before = sum;
    CHECK(logit_loss_sum_merge(NULL, &other) == LOGIT_LOSS_STATUS_NULL, "sum");
    CHECK(logit_loss_sum_merge(&sum, NULL) == LOGIT_LOSS_STATUS_NULL, "other");
    CHECK(logit_loss_sum_merge(&sum, &sum) == LOGIT_LOSS_STATUS_OVERLAP, "itself");
    CHECK(memcmp(&before, &sum, sizeof sum) == 0, "written");
}

int main(void) {
    all_f32();
    all_f64();
    messages();
    merged();
    printf("%d failures\n", failures);
    return failures != 0;
}
