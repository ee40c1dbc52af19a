/* Computes both results in one pass that the compiler vectorises: gcc -O3 -march=native -ffast-math uses libmvec's exp and
   log1p. Reads lines of "what type elements repeats" from standard input, and answers each with the seconds that the calls
   took. The first argument is the largest number of elements. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Without noipa, gcc sees that repeated calls give the same result. */
#define LOOPS(T, FABS, FMAX, EXP, LOG1P)                                                                \
    __attribute__((noipa)) static T loss_##T(const T *x, const T *t, size_t n) {                        \
        T sum = 0;                                                                                      \
        for (size_t i = 0; i < n; i++)                                                                  \
            sum += FMAX(x[i], 0) - x[i] * t[i] + LOG1P(EXP(-FABS(x[i])));                               \
        return sum;                                                                                     \
    }                                                                                                   \
    __attribute__((noipa)) static T both_##T(const T *restrict x, const T *restrict t, T *restrict g,   \
                                             size_t n) {                                                \
        T sum = 0;                                                                                      \
        for (size_t i = 0; i < n; i++) {                                                                \
            T e = EXP(-FABS(x[i]));                                                                     \
            g[i] = (x[i] >= 0 ? 1 : e) / (1 + e) - t[i];                                                \
            sum += FMAX(x[i], 0) - x[i] * t[i] + LOG1P(e);                                              \
        }                                                                                               \
        return sum;                                                                                     \
    }                                                                                                   \
    static T *x_##T, *t_##T, *g_##T;                                                                    \
    static void prepare_##T(size_t n) {                                                                 \
        x_##T = malloc(n * sizeof(T));                                                                  \
        t_##T = malloc(n * sizeof(T));                                                                  \
        g_##T = malloc(n * sizeof(T));                                                                  \
        if (!x_##T || !t_##T || !g_##T) exit(1);                                                        \
        for (size_t i = 0; i < n; i++) {                                                                \
            x_##T[i] = unit() * 16 - 8;                                                                 \
            t_##T[i] = unit() < 0.25;                                                                   \
            g_##T[i] = 0;                                                                               \
        }                                                                                               \
    }                                                                                                   \
    static double time_##T(int gradient, size_t n, long repeats) {                                      \
        double start = now();                                                                           \
        for (long r = 0; r < repeats; r++)                                                              \
            sink = gradient ? both_##T(x_##T, t_##T, g_##T, n) : loss_##T(x_##T, t_##T, n);             \
        return now() - start;                                                                           \
    }

static volatile double sink;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double unit(void) {
    static unsigned long long state = 0x9e3779b97f4a7c15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) * 0x1p-53;
}

LOOPS(float, fabsf, fmaxf, expf, log1pf)
LOOPS(double, fabs, fmax, exp, log1p)

int main(int count, char **arguments) {
    size_t largest = count > 1 ? strtoull(arguments[1], NULL, 10) : 0;
    prepare_float(largest);
    prepare_double(largest);
    printf("C, gcc %s\n", __VERSION__);
    fflush(stdout);

    char what[32], type[8];
    size_t n;
    long repeats;
    while (scanf("%31s %7s %zu %ld", what, type, &n, &repeats) == 4 && n <= largest) {
        int gradient = strcmp(what, "loss_and_gradient") == 0;
        double seconds = strcmp(type, "f32") == 0 ? time_float(gradient, n, repeats) : time_double(gradient, n, repeats);
        printf("%.9f\n", seconds);
        fflush(stdout);
    }
}
