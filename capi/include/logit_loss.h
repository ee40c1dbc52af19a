/*
 * logit-loss: losses computed from logits, and their derivatives, for C99 and C++.
 *
 * The following holds for every function:
 *
 * A function returns LOGIT_LOSS_STATUS_OK, which is 0, or an error. It checks everything before it writes anything:
 * if it returns an error, no output has changed. It does not allocate, calls no function of another library, keeps
 * nothing between calls, and may be called from several threads or an interrupt at once.
 *
 * Arrays are contiguous. `len` is a number of elements, not of bytes. If it is 0, pointers to arrays are not used and
 * may be NULL. All other pointers must not be NULL (LOGIT_LOSS_STATUS_NULL) and must have the alignment of their type
 * (LOGIT_LOSS_STATUS_MISALIGNED), which a field of a packed struct or a buffer of bytes may not have. Inputs are
 * never written to. They may overlap each other. An output must not overlap an input or another output
 * (LOGIT_LOSS_STATUS_OVERLAP), except the options struct itself, which is read first. To overwrite the logits, use a
 * function that ends in _in_place. Outputs need no initialisation, except a logit_loss_sum.
 *
 * Pass exactly one of `targets`, `labels`, and the labels of other types in the options; the others must be NULL
 * (LOGIT_LOSS_STATUS_TWO_TARGETS; if all are NULL, LOGIT_LOSS_STATUS_NULL). Targets go from 0, negative, to 1,
 * positive, and may be soft. Others are not an error: the formulas hold for them, but not what is said of accuracy.
 * Labels are 0, negative, or 1, positive; any other label is an error (LOGIT_LOSS_STATUS_TARGET). Equal targets give
 * the same bits in every form.
 *
 * A function ignores an element if its target is the ignored value of the options, if its byte in their mask is 0, or
 * if its weight is 0. The loss and the derivatives of an ignored element are 0, whatever its logit and its target
 * are: they may be NaN, and the label need not be 0 or 1. Means and running sums do not count elements that the
 * ignored value or the mask ignores. They count an element of weight 0, except in the weighted mean. Any other NaN,
 * in a logit or in a target, gives NaN.
 *
 * Options begin with their size, which may be 0. Later versions may add fields. If you set the size, a function
 * returns LOGIT_LOSS_STATUS_SIZE when the header and the library differ.
 *
 * Names end in the type of logits, weights and results: _f32 is float, _f64 is double. An ULP is the distance of two
 * neighbouring numbers of the type. Floating-point arithmetic must round to nearest and must not flush subnormal
 * numbers to zero, as after a reset.
 *
 * All machines that multiply and add in one step give the same bits, and so do all machines that do not. If the
 * library is built with the feature `reproducible`, every machine gives the same bits.
 */


#ifndef LOGIT_LOSS_H
#define LOGIT_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* The options of focal loss, of either type, with its authors' values: alpha 0.25, gamma 2. */
#define LOGIT_LOSS_FOCAL_INIT \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 0.25f, 2, 1 }

/* The options of asymmetric loss with its authors' values: gamma_pos 1, gamma_neg 4, margin 0.05. The margin is not the
 * same number in both types. */
#define LOGIT_LOSS_ASYMMETRIC_INIT_F32 \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 1, 4, 0.05f }
#define LOGIT_LOSS_ASYMMETRIC_INIT_F64 \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 1, 4, 0.05 }

/**
 * Divides the sum of the losses by the number of counted elements, whatever their weights.
 */
#define LOGIT_LOSS_MEAN 0

/**
 * Divides the sum by the sum of the weights, so elements of weight 0 do not count.
 */
#define LOGIT_LOSS_WEIGHTED_MEAN 1

/**
 * Keeps the sum.
 */
#define LOGIT_LOSS_SUM 2

/**
 * There are no values: all weights are 1. Zeroed memory has this kind.
 */
#define LOGIT_LOSS_WEIGHTS_NONE 0

/**
 * One value is the weight of all elements. `len` is 1.
 */
#define LOGIT_LOSS_WEIGHTS_UNIFORM 1

/**
 * Each class of logits [samples][classes] has a value. `len` is the number of classes.
 */
#define LOGIT_LOSS_WEIGHTS_PER_CLASS 2

/**
 * Each channel of logits [samples][channels][pixels] has a value. `len` is the number of channels, and `repeat` the
 * number of pixels.
 */
#define LOGIT_LOSS_WEIGHTS_PER_CHANNEL 3

/**
 * Each sample of logits [samples][classes] has a value. `len` is the number of samples, and `repeat` the number of
 * classes.
 */
#define LOGIT_LOSS_WEIGHTS_PER_SAMPLE 4

/**
 * Each element has a value.
 */
#define LOGIT_LOSS_WEIGHTS_PER_ELEMENT 5

/**
 * Each pixel of logits [samples][channels][pixels] has a value, the same for all channels. `len` is the number of
 * samples times the number of pixels, and `repeat` the number of pixels. The number of channels follows from the
 * number of logits.
 */
#define LOGIT_LOSS_WEIGHTS_PER_PIXEL 6

/**
 * The result of every function: LOGIT_LOSS_STATUS_OK, which is 0, or an error. A function that returns an error has
 * written nothing.
 */
enum logit_loss_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * The function has written all results.
     */
    LOGIT_LOSS_STATUS_OK = 0,
    /**
     * A pointer is NULL, and must not be.
     */
    LOGIT_LOSS_STATUS_NULL = 1,
    /**
     * A pointer does not have its type's alignment.
     */
    LOGIT_LOSS_STATUS_MISALIGNED = 2,
    /**
     * An array of this length does not fit into memory.
     */
    LOGIT_LOSS_STATUS_TOO_LONG = 3,
    /**
     * An output overlaps an input, or another output.
     */
    LOGIT_LOSS_STATUS_OVERLAP = 4,
    /**
     * The size of the options is neither 0 nor that of their type.
     */
    LOGIT_LOSS_STATUS_SIZE = 5,
    /**
     * More than one of targets and labels is given.
     */
    LOGIT_LOSS_STATUS_TWO_TARGETS = 6,
    /**
     * The kind of weights is none of LOGIT_LOSS_WEIGHTS_..., or it is LOGIT_LOSS_WEIGHTS_NONE although there are
     * values.
     */
    LOGIT_LOSS_STATUS_KIND = 7,
    /**
     * The reduction is none of LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN, LOGIT_LOSS_SUM.
     */
    LOGIT_LOSS_STATUS_REDUCTION = 8,
    /**
     * A byte of the mask is neither 0 nor 1.
     */
    LOGIT_LOSS_STATUS_MASK = 9,
    /**
     * A label is neither 0 nor 1, is not ignored or masked, and its weight is not 0.
     */
    LOGIT_LOSS_STATUS_TARGET = 10,
    /**
     * The number of weights does not fit the number of logits.
     */
    LOGIT_LOSS_STATUS_WEIGHT_TILING = 11,
    /**
     * The number of class weights does not fit the number of logits.
     */
    LOGIT_LOSS_STATUS_CLASS_WEIGHT_TILING = 12,
    /**
     * The number of positive weights does not fit the number of logits.
     */
    LOGIT_LOSS_STATUS_POS_WEIGHT_TILING = 13,
    /**
     * A weight is negative, infinite or NaN.
     */
    LOGIT_LOSS_STATUS_WEIGHT = 14,
    /**
     * A class weight is negative, infinite or NaN.
     */
    LOGIT_LOSS_STATUS_CLASS_WEIGHT = 15,
    /**
     * A positive weight is negative, infinite or NaN.
     */
    LOGIT_LOSS_STATUS_POS_WEIGHT = 16,
    /**
     * The label smoothing is not in [0, 1].
     */
    LOGIT_LOSS_STATUS_LABEL_SMOOTHING = 17,
    /**
     * Alpha is not in [0, 1].
     */
    LOGIT_LOSS_STATUS_ALPHA = 18,
    /**
     * Gamma is not in [0, 64].
     */
    LOGIT_LOSS_STATUS_GAMMA = 19,
    /**
     * The gamma of positives is not in [0, 64].
     */
    LOGIT_LOSS_STATUS_GAMMA_POS = 20,
    /**
     * The gamma of negatives is not in [0, 64].
     */
    LOGIT_LOSS_STATUS_GAMMA_NEG = 21,
    /**
     * The margin is not in [0, 1).
     */
    LOGIT_LOSS_STATUS_MARGIN = 22,
    /**
     * Beta is not in [2^-100, 2^100].
     */
    LOGIT_LOSS_STATUS_BETA = 23,
    /**
     * A mean, or its derivative, has nothing to divide by: no element is counted, or the sum of the weights is 0, so
     * small that its reciprocal overflows, or above the largest number.
     */
    LOGIT_LOSS_STATUS_EMPTY_MEAN = 24,
    /**
     * Another error.
     */
    LOGIT_LOSS_STATUS_OTHER = 25,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum logit_loss_status logit_loss_status;
#else
typedef int32_t logit_loss_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The weights of elements. Each must be finite and not negative. A zeroed struct means that all weights are 1. A
 * weight of 0 ignores the element, even if its logit or target is NaN, or its label is neither 0 nor 1.
 */
typedef struct logit_loss_weights_f32 {
    /**
     * The values, or NULL if there are none.
     */
    const float *values;
    /**
     * The number of values.
     */
    size_t len;
    /**
     * The number of consecutive elements that share a value, or the number of pixels. It is used only if `kind` is
     * LOGIT_LOSS_WEIGHTS_PER_CHANNEL, LOGIT_LOSS_WEIGHTS_PER_SAMPLE or LOGIT_LOSS_WEIGHTS_PER_PIXEL.
     */
    size_t repeat;
    /**
     * The kind: one of LOGIT_LOSS_WEIGHTS_...
     */
    uint32_t kind;
} logit_loss_weights_f32;

/**
 * The options of binary cross-entropy. A zeroed struct means: no weights, no smoothing, no ignored elements, the mean.
 */
typedef struct logit_loss_bce_f32 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * The positive weight, which multiplies the loss of a positive. A value of negatives / positives balances the
     * classes.
     */
    struct logit_loss_weights_f32 pos_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    float label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    float ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
} logit_loss_bce_f32;

/**
 * The weights of elements. Each must be finite and not negative. A zeroed struct means that all weights are 1. A
 * weight of 0 ignores the element, even if its logit or target is NaN, or its label is neither 0 nor 1.
 */
typedef struct logit_loss_weights_f64 {
    /**
     * The values, or NULL if there are none.
     */
    const double *values;
    /**
     * The number of values.
     */
    size_t len;
    /**
     * The number of consecutive elements that share a value, or the number of pixels. It is used only if `kind` is
     * LOGIT_LOSS_WEIGHTS_PER_CHANNEL, LOGIT_LOSS_WEIGHTS_PER_SAMPLE or LOGIT_LOSS_WEIGHTS_PER_PIXEL.
     */
    size_t repeat;
    /**
     * The kind: one of LOGIT_LOSS_WEIGHTS_...
     */
    uint32_t kind;
} logit_loss_weights_f64;

/**
 * The options of binary cross-entropy. A zeroed struct means: no weights, no smoothing, no ignored elements, the mean.
 */
typedef struct logit_loss_bce_f64 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * The positive weight, which multiplies the loss of a positive. A value of negatives / positives balances the
     * classes.
     */
    struct logit_loss_weights_f64 pos_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    double label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    double ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
} logit_loss_bce_f64;

/**
 * A running sum of losses, over batches and machines. Zero it before the first use. Its bytes have the same meaning on
 * every machine, so it can be stored and sent. Sums of float and of double have the same form.
 */
typedef struct logit_loss_sum {
    /**
     * The bytes of the sum. Do not read them one by one.
     */
    uint8_t bytes[40];
} logit_loss_sum;

/**
 * The options of focal loss. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. A zeroed struct
 * has no alpha and gamma 0, which makes it plain binary cross-entropy.
 */
typedef struct logit_loss_focal_f32 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * The positive weight, which multiplies the loss of a positive. Without alpha, one weight for each class is an
     * alpha for each class.
     */
    struct logit_loss_weights_f32 pos_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    float label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    float ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
    /**
     * Alpha, in [0, 1]: alpha multiplies the loss of positives, and 1 - alpha that of negatives. It is used only if
     * `has_alpha` is not 0.
     */
    float alpha;
    /**
     * The power of the wrong answer's probability, in [0, 64]. Integers up to 4 are the fastest.
     */
    float gamma;
    /**
     * Whether `alpha` is used: 0 means no, any other number yes. Without alpha, only `pos_weight` weights positives
     * against negatives.
     */
    uint32_t has_alpha;
} logit_loss_focal_f32;

/**
 * The options of focal loss. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. A zeroed struct
 * has no alpha and gamma 0, which makes it plain binary cross-entropy.
 */
typedef struct logit_loss_focal_f64 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * The positive weight, which multiplies the loss of a positive. Without alpha, one weight for each class is an
     * alpha for each class.
     */
    struct logit_loss_weights_f64 pos_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    double label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    double ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
    /**
     * Alpha, in [0, 1]: alpha multiplies the loss of positives, and 1 - alpha that of negatives. It is used only if
     * `has_alpha` is not 0.
     */
    double alpha;
    /**
     * The power of the wrong answer's probability, in [0, 64]. Integers up to 4 are the fastest.
     */
    double gamma;
    /**
     * Whether `alpha` is used: 0 means no, any other number yes. Without alpha, only `pos_weight` weights positives
     * against negatives.
     */
    uint32_t has_alpha;
} logit_loss_focal_f64;

/**
 * The options of asymmetric loss. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
 * and 4 and the margin 0.05 of its authors. A zeroed struct has powers 0 and margin 0, which makes it plain binary
 * cross-entropy.
 */
typedef struct logit_loss_asymmetric_f32 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    float label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    float ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
    /**
     * The power of the wrong answer's probability for positives, in [0, 64]. Integers up to 4 are the fastest.
     */
    float gamma_pos;
    /**
     * The power of the wrong answer's probability for negatives, in [0, 64]. Integers up to 4 are the fastest.
     */
    float gamma_neg;
    /**
     * The margin, in [0, 1), which is subtracted from the probability of a negative. A negative whose probability is
     * not above the margin costs nothing. 0 means no margin, and so does a number below the smallest normal one.
     */
    float margin;
} logit_loss_asymmetric_f32;

/**
 * The options of asymmetric loss. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
 * and 4 and the margin 0.05 of its authors. A zeroed struct has powers 0 and margin 0, which makes it plain binary
 * cross-entropy.
 */
typedef struct logit_loss_asymmetric_f64 {
    /**
     * The size of this struct, or 0, which skips the check of the size.
     */
    uint32_t size;
    /**
     * The reduction: LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * The weight that multiplies each element's loss.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * A second weight that multiplies each element's loss as well: for example weights of classes, with weights of
     * samples in `weight`.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * A byte for each element: 0 ignores the element, 1 keeps it. NULL keeps all.
     */
    const uint8_t *mask;
    /**
     * NULL, or labels of type int8_t. `targets` and `labels` must then be NULL.
     */
    const int8_t *labels_int8;
    /**
     * NULL, or labels of type int32_t. `targets` and `labels` must then be NULL.
     */
    const int32_t *labels_int32;
    /**
     * NULL, or labels of type int64_t. `targets` and `labels` must then be NULL.
     */
    const int64_t *labels_int64;
    /**
     * The label smoothing s, in [0, 1]: a target t becomes t (1 - s) + s / 2.
     */
    double label_smoothing;
    /**
     * The target whose elements are ignored. Integers are compared as integers, floats exactly. NaN ignores targets
     * that are NaN. It is used only if `has_ignored` is not 0.
     */
    double ignored;
    /**
     * Whether `ignored` is used: 0 means no, any other number yes.
     */
    uint32_t has_ignored;
    /**
     * The power of the wrong answer's probability for positives, in [0, 64]. Integers up to 4 are the fastest.
     */
    double gamma_pos;
    /**
     * The power of the wrong answer's probability for negatives, in [0, 64]. Integers up to 4 are the fastest.
     */
    double gamma_neg;
    /**
     * The margin, in [0, 1), which is subtracted from the probability of a negative. A negative whose probability is
     * not above the margin costs nothing. 0 means no margin, and so does a number below the smallest normal one.
     */
    double margin;
} logit_loss_asymmetric_f64;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Computes the probability of each logit, 1 / (1 + exp(-x)), within 2.5 ULP. A machine that cannot multiply and add in
 * one step may err by 1 ULP more. Tiny probabilities keep their digits. `out` has `len` elements.
 *
 * Returns an error of the pointers.
 */
logit_loss_status logit_loss_sigmoid_f32(const float *logits, size_t len, float *out);

/**
 * Computes in double what logit_loss_sigmoid_f32 computes in float.
 */
logit_loss_status logit_loss_sigmoid_f64(const double *logits, size_t len, double *out);

/**
 * Computes logit_loss_sigmoid_f32, and overwrites the logits with the results.
 */
logit_loss_status logit_loss_sigmoid_in_place_f32(float *logits, size_t len);

/**
 * Computes in double what logit_loss_sigmoid_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_sigmoid_in_place_f64(double *logits, size_t len);

/**
 * Computes the logarithm of each logit's sigmoid, -log(1 + exp(-x)), within 2 ULP. A machine that cannot multiply and
 * add in one step may err by 1 ULP more. The result has all digits where sigmoid rounds to 0 or 1. `out` has `len`
 * elements.
 *
 * Returns an error of the pointers.
 */
logit_loss_status logit_loss_log_sigmoid_f32(const float *logits, size_t len, float *out);

/**
 * Computes in double what logit_loss_log_sigmoid_f32 computes in float.
 */
logit_loss_status logit_loss_log_sigmoid_f64(const double *logits, size_t len, double *out);

/**
 * Computes logit_loss_log_sigmoid_f32, and overwrites the logits with the results.
 */
logit_loss_status logit_loss_log_sigmoid_in_place_f32(float *logits, size_t len);

/**
 * Computes in double what logit_loss_log_sigmoid_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_log_sigmoid_in_place_f64(double *logits, size_t len);

/**
 * Computes softplus of each logit, log(1 + exp(beta x)) / beta, within 2 ULP for beta 1 and within 3 for any other
 * beta. A machine that cannot multiply and add in one step may err by 1 ULP more. `out` has `len` elements.
 *
 * Returns an error of the pointers, or LOGIT_LOSS_STATUS_BETA.
 */
logit_loss_status logit_loss_softplus_f32(float beta, const float *logits, size_t len, float *out);

/**
 * Computes in double what logit_loss_softplus_f32 computes in float.
 */
logit_loss_status logit_loss_softplus_f64(double beta, const double *logits, size_t len, double *out);

/**
 * Computes logit_loss_softplus_f32, and overwrites the logits with the results.
 */
logit_loss_status logit_loss_softplus_in_place_f32(float beta, float *logits, size_t len);

/**
 * Computes in double what logit_loss_softplus_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_softplus_in_place_f64(double beta, double *logits, size_t len);

/**
 * Computes the binary cross-entropy of sigmoid(logit), reduced to one number. With logit x, target t, positive weight
 * p, and w the weight times the class weight:
 *
 *     loss = w ((1 - t) softplus(x) + p t softplus(-x))        softplus(x) = log(1 + exp(x))
 *
 * `options` may be NULL. It then means: no weights, no smoothing, no ignored elements, the mean. `*loss` is the mean,
 * the weighted mean or the sum. The loss of a hard target is within 2 ULP, or within 4 with weights, and the reduced
 * loss within 4 ULP. A machine that cannot multiply and add in one step may err by 1 ULP more. Infinite logits give
 * the limits, never NaN. A sum above the largest number is +inf, and so is its mean.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_loss_f32(const struct logit_loss_bce_f32 *options,
                                          const float *logits,
                                          const float *targets,
                                          const uint8_t *labels,
                                          size_t len,
                                          float *loss);

/**
 * Computes in double what logit_loss_bce_loss_f32 computes in float.
 */
logit_loss_status logit_loss_bce_loss_f64(const struct logit_loss_bce_f64 *options,
                                          const double *logits,
                                          const double *targets,
                                          const uint8_t *labels,
                                          size_t len,
                                          double *loss);

/**
 * Writes the binary cross-entropy of each element, times its weight. It does not use the reduction. `losses` has `len`
 * elements. Formula and accuracy are those of logit_loss_bce_loss_f32.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_bce_losses_f32(const struct logit_loss_bce_f32 *options,
                                            const float *logits,
                                            const float *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            float *losses);

/**
 * Computes in double what logit_loss_bce_losses_f32 computes in float.
 */
logit_loss_status logit_loss_bce_losses_f64(const struct logit_loss_bce_f64 *options,
                                            const double *logits,
                                            const double *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            double *losses);

/**
 * Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss:
 *
 *     gradient = w ((1 - t) sigmoid(x) - p t sigmoid(-x))        / len, / sum of the weights, or / 1
 *
 * `gradient` has `len` elements. The gradient of a hard target is within 2.5 ULP, or within 4 with weights, down to
 * the smallest numbers, since nothing cancels. A mean adds 1 ULP, and a machine that cannot multiply and add in one
 * step adds 1. logit_loss_bce_loss_and_gradient_f32 computes the loss too, and
 * logit_loss_bce_loss_and_gradient_in_place_f32 overwrites the logits; both give the same bits.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_gradient_f32(const struct logit_loss_bce_f32 *options,
                                              const float *logits,
                                              const float *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              float *gradient);

/**
 * Computes in double what logit_loss_bce_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_bce_gradient_f64(const struct logit_loss_bce_f64 *options,
                                              const double *logits,
                                              const double *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              double *gradient);

/**
 * Computes logit_loss_bce_loss_f32 and logit_loss_bce_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_f32(const struct logit_loss_bce_f32 *options,
                                                       const float *logits,
                                                       const float *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       float *gradient,
                                                       float *loss);

/**
 * Computes in double what logit_loss_bce_loss_and_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_f64(const struct logit_loss_bce_f64 *options,
                                                       const double *logits,
                                                       const double *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       double *gradient,
                                                       double *loss);

/**
 * Computes logit_loss_bce_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second buffer is
 * needed.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_in_place_f32(const struct logit_loss_bce_f32 *options,
                                                                float *logits,
                                                                const float *targets,
                                                                const uint8_t *labels,
                                                                size_t len,
                                                                float *loss);

/**
 * Computes in double what logit_loss_bce_loss_and_gradient_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_in_place_f64(const struct logit_loss_bce_f64 *options,
                                                                double *logits,
                                                                const double *targets,
                                                                const uint8_t *labels,
                                                                size_t len,
                                                                double *loss);

/**
 * Computes logit_loss_bce_gradient_f32 and the diagonal of the Hessian, with the same divisor. Gradient boosting needs
 * both, with LOGIT_LOSS_SUM.
 *
 *     hessian = w (1 - t + p t) sigmoid(x) sigmoid(-x)
 *
 * Both have `len` elements. The Hessian of a hard target is within 5 ULP, or within 7 with weights, and 1 more in the
 * same cases as the gradient.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_gradient_and_hessian_f32(const struct logit_loss_bce_f32 *options,
                                                          const float *logits,
                                                          const float *targets,
                                                          const uint8_t *labels,
                                                          size_t len,
                                                          float *gradient,
                                                          float *hessian);

/**
 * Computes in double what logit_loss_bce_gradient_and_hessian_f32 computes in float.
 */
logit_loss_status logit_loss_bce_gradient_and_hessian_f64(const struct logit_loss_bce_f64 *options,
                                                          const double *logits,
                                                          const double *targets,
                                                          const uint8_t *labels,
                                                          size_t len,
                                                          double *gradient,
                                                          double *hessian);

/**
 * Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
 * the options.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_bce_accumulate_f32(const struct logit_loss_bce_f32 *options,
                                                const float *logits,
                                                const float *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                struct logit_loss_sum *sum);

/**
 * Computes in double what logit_loss_bce_accumulate_f32 computes in float.
 */
logit_loss_status logit_loss_bce_accumulate_f64(const struct logit_loss_bce_f64 *options,
                                                const double *logits,
                                                const double *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                struct logit_loss_sum *sum);

/**
 * Computes the focal loss of sigmoid(logit), reduced to one number. For a hard target, with logit x, positive weight
 * p, and w the weight times the class weight:
 *
 *     target 0: u = x     alpha_t = 1 - alpha, or without alpha 1
 *     target 1: u = -x    alpha_t = alpha p, or without alpha p
 *     loss = w alpha_t sigmoid(u)^gamma softplus(u)        softplus(x) = log(1 + exp(x))
 *
 * Soft targets follow torchvision's sigmoid_focal_loss. `options` must not be NULL: start with LOGIT_LOSS_FOCAL_INIT.
 * `*loss` is the mean, the weighted mean or the sum. The loss of a hard target is within 6 + 2 gamma ULP. A machine
 * that cannot multiply and add in one step may err by 1 ULP more. Infinite logits give the limits, never NaN. A sum
 * above the largest number is +inf, and so is its mean.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_loss_f32(const struct logit_loss_focal_f32 *options,
                                            const float *logits,
                                            const float *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            float *loss);

/**
 * Computes in double what logit_loss_focal_loss_f32 computes in float.
 */
logit_loss_status logit_loss_focal_loss_f64(const struct logit_loss_focal_f64 *options,
                                            const double *logits,
                                            const double *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            double *loss);

/**
 * Writes the focal loss of each element, times its weight. It does not use the reduction. `losses` has `len` elements.
 * Formula and accuracy are those of logit_loss_focal_loss_f32.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_focal_losses_f32(const struct logit_loss_focal_f32 *options,
                                              const float *logits,
                                              const float *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              float *losses);

/**
 * Computes in double what logit_loss_focal_losses_f32 computes in float.
 */
logit_loss_status logit_loss_focal_losses_f64(const struct logit_loss_focal_f64 *options,
                                              const double *logits,
                                              const double *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              double *losses);

/**
 * Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss. With s = 1
 * for target 0 and s = -1 for target 1:
 *
 *     gradient = w alpha_t s sigmoid(u)^gamma (gamma sigmoid(-u) softplus(u) + sigmoid(u))
 *
 * `gradient` has `len` elements. The gradient of a hard target is within 6 + 2 gamma ULP. A mean adds 1 ULP, and a
 * machine that cannot multiply and add in one step adds 1.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_gradient_f32(const struct logit_loss_focal_f32 *options,
                                                const float *logits,
                                                const float *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                float *gradient);

/**
 * Computes in double what logit_loss_focal_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_focal_gradient_f64(const struct logit_loss_focal_f64 *options,
                                                const double *logits,
                                                const double *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                double *gradient);

/**
 * Computes logit_loss_focal_loss_f32 and logit_loss_focal_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_f32(const struct logit_loss_focal_f32 *options,
                                                         const float *logits,
                                                         const float *targets,
                                                         const uint8_t *labels,
                                                         size_t len,
                                                         float *gradient,
                                                         float *loss);

/**
 * Computes in double what logit_loss_focal_loss_and_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_f64(const struct logit_loss_focal_f64 *options,
                                                         const double *logits,
                                                         const double *targets,
                                                         const uint8_t *labels,
                                                         size_t len,
                                                         double *gradient,
                                                         double *loss);

/**
 * Computes logit_loss_focal_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second buffer is
 * needed.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_in_place_f32(const struct logit_loss_focal_f32 *options,
                                                                  float *logits,
                                                                  const float *targets,
                                                                  const uint8_t *labels,
                                                                  size_t len,
                                                                  float *loss);

/**
 * Computes in double what logit_loss_focal_loss_and_gradient_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_in_place_f64(const struct logit_loss_focal_f64 *options,
                                                                  double *logits,
                                                                  const double *targets,
                                                                  const uint8_t *labels,
                                                                  size_t len,
                                                                  double *loss);

/**
 * Computes logit_loss_focal_gradient_f32 and the diagonal of the Hessian, with the same divisor. The Hessian may be
 * negative. With S = sigmoid(u), R = sigmoid(-u), L = softplus(u):
 *
 *     hessian = w alpha_t S^gamma R (S (1 + 2 gamma) + gamma L (gamma R - S))
 *
 * Both have `len` elements.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_gradient_and_hessian_f32(const struct logit_loss_focal_f32 *options,
                                                            const float *logits,
                                                            const float *targets,
                                                            const uint8_t *labels,
                                                            size_t len,
                                                            float *gradient,
                                                            float *hessian);

/**
 * Computes in double what logit_loss_focal_gradient_and_hessian_f32 computes in float.
 */
logit_loss_status logit_loss_focal_gradient_and_hessian_f64(const struct logit_loss_focal_f64 *options,
                                                            const double *logits,
                                                            const double *targets,
                                                            const uint8_t *labels,
                                                            size_t len,
                                                            double *gradient,
                                                            double *hessian);

/**
 * Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
 * the options.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_focal_accumulate_f32(const struct logit_loss_focal_f32 *options,
                                                  const float *logits,
                                                  const float *targets,
                                                  const uint8_t *labels,
                                                  size_t len,
                                                  struct logit_loss_sum *sum);

/**
 * Computes in double what logit_loss_focal_accumulate_f32 computes in float.
 */
logit_loss_status logit_loss_focal_accumulate_f64(const struct logit_loss_focal_f64 *options,
                                                  const double *logits,
                                                  const double *targets,
                                                  const uint8_t *labels,
                                                  size_t len,
                                                  struct logit_loss_sum *sum);

/**
 * Computes the asymmetric loss of sigmoid(logit), for many labels, reduced to one number. It is focal loss with one
 * power for positives and another for negatives; a negative whose probability is not above the margin costs nothing.
 * With logit x, target t, margin m, w the weight times the class weight, S = sigmoid(x), R = sigmoid(-x), q = S - m
 * and r = R + m:
 *
 *     loss = w (t P + (1 - t) N)        softplus(x) = log(1 + exp(x))
 *     P = R^gamma_pos softplus(-x)
 *     N = q^gamma_neg (-log r)          0 where q <= 0
 *
 * `options` must not be NULL: start with LOGIT_LOSS_ASYMMETRIC_INIT_F32. `*loss` is the mean, the weighted mean or the
 * sum. The loss of a hard target is within 6 + 5 gamma ULP, with the gamma of its target. A machine that cannot
 * multiply and add in one step may err by 1 ULP more. These errors hold close to the margin too, where S - m has no
 * digits left, if the result is compared with that of a margin which differs from m by at most a quarter of an ULP.
 * Infinite logits give the limits, never NaN: at +inf a negative costs -(1 - m)^gamma_neg log(m), which is +inf
 * without a margin. A sum above the largest number is +inf, and so is its mean.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_loss_f32(const struct logit_loss_asymmetric_f32 *options,
                                                 const float *logits,
                                                 const float *targets,
                                                 const uint8_t *labels,
                                                 size_t len,
                                                 float *loss);

/**
 * Computes in double what logit_loss_asymmetric_loss_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_loss_f64(const struct logit_loss_asymmetric_f64 *options,
                                                 const double *logits,
                                                 const double *targets,
                                                 const uint8_t *labels,
                                                 size_t len,
                                                 double *loss);

/**
 * Writes the asymmetric loss of each element, times its weight. It does not use the reduction. `losses` has `len`
 * elements. Formula and accuracy are those of logit_loss_asymmetric_loss_f32.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_asymmetric_losses_f32(const struct logit_loss_asymmetric_f32 *options,
                                                   const float *logits,
                                                   const float *targets,
                                                   const uint8_t *labels,
                                                   size_t len,
                                                   float *losses);

/**
 * Computes in double what logit_loss_asymmetric_losses_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_losses_f64(const struct logit_loss_asymmetric_f64 *options,
                                                   const double *logits,
                                                   const double *targets,
                                                   const uint8_t *labels,
                                                   size_t len,
                                                   double *losses);

/**
 * Writes the derivative of the reduced loss with respect to each logit. Its divisor is that of the loss:
 *
 *     gradient = w (t P' + (1 - t) N')
 *     P' = -R^gamma_pos (gamma_pos S softplus(-x) + R)
 *     N' = S R (gamma_neg q^(gamma_neg - 1) (-log r) + q^gamma_neg / r)        0 where q <= 0
 *
 * `gradient` has `len` elements. The gradient of a hard target is within 6 + 5 gamma ULP, close to the margin like the
 * loss. A mean adds 1 ULP, and a machine that cannot multiply and add in one step adds 1. If gamma_neg is 0, the
 * gradient jumps at the margin.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_gradient_f32(const struct logit_loss_asymmetric_f32 *options,
                                                     const float *logits,
                                                     const float *targets,
                                                     const uint8_t *labels,
                                                     size_t len,
                                                     float *gradient);

/**
 * Computes in double what logit_loss_asymmetric_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_gradient_f64(const struct logit_loss_asymmetric_f64 *options,
                                                     const double *logits,
                                                     const double *targets,
                                                     const uint8_t *labels,
                                                     size_t len,
                                                     double *gradient);

/**
 * Computes logit_loss_asymmetric_loss_f32 and logit_loss_asymmetric_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_f32(const struct logit_loss_asymmetric_f32 *options,
                                                              const float *logits,
                                                              const float *targets,
                                                              const uint8_t *labels,
                                                              size_t len,
                                                              float *gradient,
                                                              float *loss);

/**
 * Computes in double what logit_loss_asymmetric_loss_and_gradient_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_f64(const struct logit_loss_asymmetric_f64 *options,
                                                              const double *logits,
                                                              const double *targets,
                                                              const uint8_t *labels,
                                                              size_t len,
                                                              double *gradient,
                                                              double *loss);

/**
 * Computes logit_loss_asymmetric_loss_and_gradient_f32, and overwrites the logits with the gradient, so no second
 * buffer is needed.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_in_place_f32(const struct logit_loss_asymmetric_f32 *options,
                                                                       float *logits,
                                                                       const float *targets,
                                                                       const uint8_t *labels,
                                                                       size_t len,
                                                                       float *loss);

/**
 * Computes in double what logit_loss_asymmetric_loss_and_gradient_in_place_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_in_place_f64(const struct logit_loss_asymmetric_f64 *options,
                                                                       double *logits,
                                                                       const double *targets,
                                                                       const uint8_t *labels,
                                                                       size_t len,
                                                                       double *loss);

/**
 * Computes logit_loss_asymmetric_gradient_f32 and the diagonal of the Hessian, with the same divisor. The Hessian may
 * be negative. With g = gamma_pos in P" and g = gamma_neg in N":
 *
 *     hessian = w (t P" + (1 - t) N")
 *     P" = R^g S (R (1 + 2 g) + g softplus(-x) (g S - R))
 *     N" = (S R)^2 (g (g - 1) q^(g - 2) (-log r) + 2 g q^(g - 1) / r + q^g / r^2) + (R - S) N'        0 where q < 0
 *
 * Both have `len` elements. The Hessian of a hard target is within 8 + 5 gamma ULP of the sum of its terms'
 * magnitudes, and 1 more in the same cases as the gradient. If q^g is subnormal close to the margin, the Hessian has
 * no more digits than q^g.
 *
 * At q = 0, N" is infinite if gamma_neg is between 0 and 1, like its limit from above, and 0 for any other gamma_neg.
 * It jumps there if gamma_neg is at most 1. So for gradient boosting, choose a gamma_neg that is not between 0 and 1,
 * or a margin of 0.
 *
 * Returns an error of the pointers or options, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_gradient_and_hessian_f32(const struct logit_loss_asymmetric_f32 *options,
                                                                 const float *logits,
                                                                 const float *targets,
                                                                 const uint8_t *labels,
                                                                 size_t len,
                                                                 float *gradient,
                                                                 float *hessian);

/**
 * Computes in double what logit_loss_asymmetric_gradient_and_hessian_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_gradient_and_hessian_f64(const struct logit_loss_asymmetric_f64 *options,
                                                                 const double *logits,
                                                                 const double *targets,
                                                                 const uint8_t *labels,
                                                                 size_t len,
                                                                 double *gradient,
                                                                 double *hessian);

/**
 * Adds the losses of a batch to a running sum, which logit_loss_sum_reduce_f32 reads. It does not use the reduction of
 * the options.
 *
 * Returns an error of the pointers or options.
 */
logit_loss_status logit_loss_asymmetric_accumulate_f32(const struct logit_loss_asymmetric_f32 *options,
                                                       const float *logits,
                                                       const float *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       struct logit_loss_sum *sum);

/**
 * Computes in double what logit_loss_asymmetric_accumulate_f32 computes in float.
 */
logit_loss_status logit_loss_asymmetric_accumulate_f64(const struct logit_loss_asymmetric_f64 *options,
                                                       const double *logits,
                                                       const double *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       struct logit_loss_sum *sum);

/**
 * Computes the mean, the weighted mean or the sum of all losses that were added to a sum. `reduction` is
 * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
 *
 * Returns an error of the pointers, LOGIT_LOSS_STATUS_REDUCTION, or LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_sum_reduce_f32(const struct logit_loss_sum *sum, uint32_t reduction, float *out);

/**
 * Computes in double what logit_loss_sum_reduce_f32 computes in float.
 */
logit_loss_status logit_loss_sum_reduce_f64(const struct logit_loss_sum *sum, uint32_t reduction, double *out);

/**
 * Adds another sum, for example of another machine.
 *
 * Returns an error of the pointers.
 */
logit_loss_status logit_loss_sum_merge(struct logit_loss_sum *sum, const struct logit_loss_sum *other);

/**
 * Returns a status as one line of English text, or "unknown" for a number that is no status. The text is constant. It
 * is linked only into programs that call this function.
 */
const char *logit_loss_error_message(int32_t status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOGIT_LOSS_H */
