/*
 * logit-loss: losses straight from logits, and their derivatives, for C99 and C++.
 *
 * What holds of every function:
 *
 * It returns LOGIT_LOSS_STATUS_OK, which is 0, or what is wrong. All is checked before anything is written: on an
 * error, no output has changed. It allocates nothing, calls nothing, keeps nothing between calls and may be called
 * from several threads or an interrupt at once.
 *
 * Arrays are contiguous; `len` is a number of elements, not of bytes. Where it is 0, pointers to arrays are not looked
 * at and may be NULL. Others must not be NULL (LOGIT_LOSS_STATUS_NULL) and have their type's alignment
 * (LOGIT_LOSS_STATUS_MISALIGNED): a packed struct or a buffer of bytes may not. Inputs are never written to. They may
 * overlap each other; what is written must overlap nothing else (LOGIT_LOSS_STATUS_OVERLAP), but for the options
 * themselves, which are read first. To write over the logits there are functions that end in _in_place. Outputs need
 * not be initialised, but for a logit_loss_sum.
 *
 * Of `targets`, `labels`, and the labels of other types that the options have, one is given, the others are NULL
 * (LOGIT_LOSS_STATUS_TWO_TARGETS): targets go from 0, negative, to 1, positive, and may be soft; labels are 0,
 * negative, or 1, positive, and any other is an error (LOGIT_LOSS_STATUS_TARGET). The same targets give the same bits
 * in every form.
 *
 * An element is not there if its target is the one that the options ignore, its byte in their mask is 0, or its weight
 * is 0. Its loss and its derivatives are 0, whatever its logit and its target are, NaN or no label. The first two are
 * not counted either, by a mean or a sum that goes on; a weight of 0 is, but by the weighted mean. Any other NaN, in a
 * logit or in a target, gives NaN.
 *
 * Options begin with their size, which may be 0. They may have more fields in later versions: whoever fills in the size
 * is told if the header and the library differ (LOGIT_LOSS_STATUS_SIZE).
 *
 * Names end in the type of logits, weights and results: _f32 is float, _f64 is double. An ULP is the distance of two
 * neighbouring numbers of the type. Floating-point arithmetic must round to nearest and must not flush subnormal
 * numbers to zero, as it is after a reset.
 */


#ifndef LOGIT_LOSS_H
#define LOGIT_LOSS_H

#include <stddef.h>
#include <stdint.h>

/* Focal loss of either type as its authors have it: alpha 0.25, gamma 2. */
#define LOGIT_LOSS_FOCAL_INIT \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 0.25f, 2, 1 }

/* Asymmetric loss as its authors have it: gamma_pos 1, gamma_neg 4, margin 0.05, which is not the same number in both
 * types. */
#define LOGIT_LOSS_ASYMMETRIC_INIT_F32 \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 1, 4, 0.05f }
#define LOGIT_LOSS_ASYMMETRIC_INIT_F64 \
    { 0, 0, { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 }, NULL, NULL, NULL, NULL, 0, 0, 0, 1, 4, 0.05 }

/**
 * The sum of the losses divided by the number of elements that are counted, whatever their weights.
 */
#define LOGIT_LOSS_MEAN 0

/**
 * The sum divided by the sum of the weights: elements of weight 0 do not count.
 */
#define LOGIT_LOSS_WEIGHTED_MEAN 1

/**
 * The sum.
 */
#define LOGIT_LOSS_SUM 2

/**
 * No weights: all are 1. What zeroed memory says.
 */
#define LOGIT_LOSS_WEIGHTS_NONE 0

/**
 * One value for all elements: `len` is 1.
 */
#define LOGIT_LOSS_WEIGHTS_UNIFORM 1

/**
 * A value for each class of logits [samples][classes]: `len` is the number of classes.
 */
#define LOGIT_LOSS_WEIGHTS_PER_CLASS 2

/**
 * A value for each channel of logits [samples][channels][pixels]: `len` is the number of channels, `repeat` of
 * pixels.
 */
#define LOGIT_LOSS_WEIGHTS_PER_CHANNEL 3

/**
 * A value for each sample of logits [samples][classes]: `len` is the number of samples, `repeat` of classes.
 */
#define LOGIT_LOSS_WEIGHTS_PER_SAMPLE 4

/**
 * A value for each element.
 */
#define LOGIT_LOSS_WEIGHTS_PER_ELEMENT 5

/**
 * A value for each pixel of logits [samples][channels][pixels], the same for all channels: `len` is the number of
 * samples times that of pixels, `repeat` of pixels. There are as many channels as come out.
 */
#define LOGIT_LOSS_WEIGHTS_PER_PIXEL 6

/**
 * What every function returns: LOGIT_LOSS_STATUS_OK, which is 0, or what is wrong. Unless it is LOGIT_LOSS_STATUS_OK,
 * nothing has been written.
 */
enum logit_loss_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /**
     * Everything was written.
     */
    LOGIT_LOSS_STATUS_OK = 0,
    /**
     * A pointer is NULL that must not be.
     */
    LOGIT_LOSS_STATUS_NULL = 1,
    /**
     * A pointer does not have its type's alignment.
     */
    LOGIT_LOSS_STATUS_MISALIGNED = 2,
    /**
     * An array of so many elements has no room in memory.
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
     * The kind of weights is none of LOGIT_LOSS_WEIGHTS_..., or there are values and none is given.
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
     * The weights do not come out even with the logits.
     */
    LOGIT_LOSS_STATUS_WEIGHT_TILING = 11,
    /**
     * The class weights do not come out even with the logits.
     */
    LOGIT_LOSS_STATUS_CLASS_WEIGHT_TILING = 12,
    /**
     * The positive weights do not come out even with the logits.
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
     * A mean, or the derivative of one, where no elements are counted, or where their weights sum to 0, to so little
     * that its reciprocal overflows, or to more than the largest number.
     */
    LOGIT_LOSS_STATUS_EMPTY_MEAN = 24,
    /**
     * Anything else.
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
 * A factor for each element, none negative or infinite. Zeroed, there are none: all are 1. A weight of 0 takes an
 * element away, even if its logit or target is NaN, or no label.
 */
typedef struct logit_loss_weights_f32 {
    /**
     * The values; NULL if there are none.
     */
    const float *values;
    /**
     * How many values there are.
     */
    size_t len;
    /**
     * For how many elements in a row each holds, or the number of pixels. Looked at only if `kind` is
     * LOGIT_LOSS_WEIGHTS_PER_CHANNEL, LOGIT_LOSS_WEIGHTS_PER_SAMPLE or LOGIT_LOSS_WEIGHTS_PER_PIXEL.
     */
    size_t repeat;
    /**
     * One of LOGIT_LOSS_WEIGHTS_...
     */
    uint32_t kind;
} logit_loss_weights_f32;

/**
 * What binary cross-entropy is set to. Zeroed, it is without weights or smoothing, all elements are there, and the
 * mean is taken.
 */
typedef struct logit_loss_bce_f32 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * By what the cost of a missed positive is multiplied: negatives / positives balances the classes.
     */
    struct logit_loss_weights_f32 pos_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    float label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    float ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
} logit_loss_bce_f32;

/**
 * A factor for each element, none negative or infinite. Zeroed, there are none: all are 1. A weight of 0 takes an
 * element away, even if its logit or target is NaN, or no label.
 */
typedef struct logit_loss_weights_f64 {
    /**
     * The values; NULL if there are none.
     */
    const double *values;
    /**
     * How many values there are.
     */
    size_t len;
    /**
     * For how many elements in a row each holds, or the number of pixels. Looked at only if `kind` is
     * LOGIT_LOSS_WEIGHTS_PER_CHANNEL, LOGIT_LOSS_WEIGHTS_PER_SAMPLE or LOGIT_LOSS_WEIGHTS_PER_PIXEL.
     */
    size_t repeat;
    /**
     * One of LOGIT_LOSS_WEIGHTS_...
     */
    uint32_t kind;
} logit_loss_weights_f64;

/**
 * What binary cross-entropy is set to. Zeroed, it is without weights or smoothing, all elements are there, and the
 * mean is taken.
 */
typedef struct logit_loss_bce_f64 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * By what the cost of a missed positive is multiplied: negatives / positives balances the classes.
     */
    struct logit_loss_weights_f64 pos_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    double label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    double ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
} logit_loss_bce_f64;

/**
 * A sum of losses that goes on, over batches and machines: zeroed at first, and the same bytes everywhere, so that it
 * can be stored and sent. Sums of float and of double are alike.
 */
typedef struct logit_loss_sum {
    /**
     * Of no interest one by one.
     */
    uint8_t bytes[40];
} logit_loss_sum;

/**
 * What focal loss is set to. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. Zeroed, without
 * alpha and with gamma 0, it is plain binary cross-entropy.
 */
typedef struct logit_loss_focal_f32 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * By what positives are multiplied besides: one for each class, without alpha, is an alpha per class.
     */
    struct logit_loss_weights_f32 pos_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    float label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    float ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
    /**
     * By what positives are multiplied; negatives are by 1 - alpha. In [0, 1]. Looked at only if there is one.
     */
    float alpha;
    /**
     * The power of the wrong answer's probability. In [0, 64]; integers up to 4 are the fastest.
     */
    float gamma;
    /**
     * Whether there is an alpha. Without, positives and negatives are as they are, or as `pos_weight` has them.
     */
    uint32_t has_alpha;
} logit_loss_focal_f32;

/**
 * What focal loss is set to. LOGIT_LOSS_FOCAL_INIT has the alpha 0.25 and the gamma 2 of its authors. Zeroed, without
 * alpha and with gamma 0, it is plain binary cross-entropy.
 */
typedef struct logit_loss_focal_f64 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * By what positives are multiplied besides: one for each class, without alpha, is an alpha per class.
     */
    struct logit_loss_weights_f64 pos_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    double label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    double ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
    /**
     * By what positives are multiplied; negatives are by 1 - alpha. In [0, 1]. Looked at only if there is one.
     */
    double alpha;
    /**
     * The power of the wrong answer's probability. In [0, 64]; integers up to 4 are the fastest.
     */
    double gamma;
    /**
     * Whether there is an alpha. Without, positives and negatives are as they are, or as `pos_weight` has them.
     */
    uint32_t has_alpha;
} logit_loss_focal_f64;

/**
 * What asymmetric loss is set to. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
 * and 4 and the margin 0.05 of its authors. Zeroed, with powers and margin 0, it is plain binary cross-entropy.
 */
typedef struct logit_loss_asymmetric_f32 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f32 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f32 class_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    float label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    float ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
    /**
     * The power of the wrong answer's probability, of positives. In [0, 64]; integers up to 4 are the fastest.
     */
    float gamma_pos;
    /**
     * The same of negatives.
     */
    float gamma_neg;
    /**
     * What is subtracted from the probability of a negative: one that is no larger costs nothing. In [0, 1); 0 is
     * none, and so is a number below the smallest normal one.
     */
    float margin;
} logit_loss_asymmetric_f32;

/**
 * What asymmetric loss is set to. LOGIT_LOSS_ASYMMETRIC_INIT_F32 and LOGIT_LOSS_ASYMMETRIC_INIT_F64 have the powers 1
 * and 4 and the margin 0.05 of its authors. Zeroed, with powers and margin 0, it is plain binary cross-entropy.
 */
typedef struct logit_loss_asymmetric_f64 {
    /**
     * The size of this struct, or 0 for the same.
     */
    uint32_t size;
    /**
     * LOGIT_LOSS_MEAN, LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
     */
    uint32_t reduction;
    /**
     * By what the loss of each element is multiplied.
     */
    struct logit_loss_weights_f64 weight;
    /**
     * By what it is multiplied besides: weights of classes beside those of samples.
     */
    struct logit_loss_weights_f64 class_weight;
    /**
     * A byte for each element: 1, or 0 to take it away. NULL if all are there.
     */
    const uint8_t *mask;
    /**
     * Labels of this type, if `targets` and `labels` are NULL.
     */
    const int8_t *labels_int8;
    /**
     * Likewise.
     */
    const int32_t *labels_int32;
    /**
     * Likewise.
     */
    const int64_t *labels_int64;
    /**
     * Target t becomes t (1 - s) + s / 2, with s in [0, 1].
     */
    double label_smoothing;
    /**
     * The target that takes an element away: integers are compared as integers, and floats exactly; NaN takes away
     * what is NaN. Looked at only if there is one.
     */
    double ignored;
    /**
     * Whether there is a target that is ignored.
     */
    uint32_t has_ignored;
    /**
     * The power of the wrong answer's probability, of positives. In [0, 64]; integers up to 4 are the fastest.
     */
    double gamma_pos;
    /**
     * The same of negatives.
     */
    double gamma_neg;
    /**
     * What is subtracted from the probability of a negative: one that is no larger costs nothing. In [0, 1); 0 is
     * none, and so is a number below the smallest normal one.
     */
    double margin;
} logit_loss_asymmetric_f64;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The probability that each logit stands for, 1 / (1 + exp(-x)), within 2.5 ULP, one more where the machine cannot
 * multiply and add in one step; tiny ones keep their digits. `out` has `len` elements.
 *
 * Errors: those of the pointers.
 */
logit_loss_status logit_loss_sigmoid_f32(const float *logits, size_t len, float *out);

/**
 * logit_loss_sigmoid_f32 for double.
 */
logit_loss_status logit_loss_sigmoid_f64(const double *logits, size_t len, double *out);

/**
 * logit_loss_sigmoid_f32, which takes the logits' place.
 */
logit_loss_status logit_loss_sigmoid_in_place_f32(float *logits, size_t len);

/**
 * logit_loss_sigmoid_in_place_f32 for double.
 */
logit_loss_status logit_loss_sigmoid_in_place_f64(double *logits, size_t len);

/**
 * The logarithm of sigmoid of each logit, -log(1 + exp(-x)), within 2 ULP, one more where the machine cannot multiply
 * and add in one step: where sigmoid itself is rounded to 0 or 1 it still has all digits. `out` has `len` elements.
 *
 * Errors: those of the pointers.
 */
logit_loss_status logit_loss_log_sigmoid_f32(const float *logits, size_t len, float *out);

/**
 * logit_loss_log_sigmoid_f32 for double.
 */
logit_loss_status logit_loss_log_sigmoid_f64(const double *logits, size_t len, double *out);

/**
 * logit_loss_log_sigmoid_f32, which takes the logits' place.
 */
logit_loss_status logit_loss_log_sigmoid_in_place_f32(float *logits, size_t len);

/**
 * logit_loss_log_sigmoid_in_place_f32 for double.
 */
logit_loss_status logit_loss_log_sigmoid_in_place_f64(double *logits, size_t len);

/**
 * log(1 + exp(beta x)) / beta of each logit, within 2 ULP for beta 1 and 3 for any other, one more where the machine
 * cannot multiply and add in one step. `out` has `len` elements.
 *
 * Errors: those of the pointers; LOGIT_LOSS_STATUS_BETA.
 */
logit_loss_status logit_loss_softplus_f32(float beta, const float *logits, size_t len, float *out);

/**
 * logit_loss_softplus_f32 for double.
 */
logit_loss_status logit_loss_softplus_f64(double beta, const double *logits, size_t len, double *out);

/**
 * logit_loss_softplus_f32, which takes the logits' place.
 */
logit_loss_status logit_loss_softplus_in_place_f32(float beta, float *logits, size_t len);

/**
 * logit_loss_softplus_in_place_f32 for double.
 */
logit_loss_status logit_loss_softplus_in_place_f64(double beta, double *logits, size_t len);

/**
 * The binary cross-entropy of sigmoid(logit), reduced to one number. With x the logit, t the target, w the weight
 * times the class weight, p the positive weight:
 *
 *     loss = w ((1 - t) softplus(x) + p t softplus(-x))        softplus(x) = log(1 + exp(x))
 *
 * `options` may be NULL: no weights, no smoothing, all elements are there, the mean. `*loss` is the mean, the weighted
 * mean or the sum. Of hard targets each loss is within 2 ULP (with weights 4), one more where the machine cannot
 * multiply and add in one step; the reduced loss within 4 ULP. Infinite logits give the limits, never NaN.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_loss_f32(const struct logit_loss_bce_f32 *options,
                                          const float *logits,
                                          const float *targets,
                                          const uint8_t *labels,
                                          size_t len,
                                          float *loss);

/**
 * logit_loss_bce_loss_f32 for double.
 */
logit_loss_status logit_loss_bce_loss_f64(const struct logit_loss_bce_f64 *options,
                                          const double *logits,
                                          const double *targets,
                                          const uint8_t *labels,
                                          size_t len,
                                          double *loss);

/**
 * The binary cross-entropy of each element, times its weight: what the reduction would reduce, which is not looked
 * at. `losses` has `len` elements. Formula and error: logit_loss_bce_loss_f32.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_bce_losses_f32(const struct logit_loss_bce_f32 *options,
                                            const float *logits,
                                            const float *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            float *losses);

/**
 * logit_loss_bce_losses_f32 for double.
 */
logit_loss_status logit_loss_bce_losses_f64(const struct logit_loss_bce_f64 *options,
                                            const double *logits,
                                            const double *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            double *losses);

/**
 * The derivative of the reduced loss with respect to each logit, divided by what the loss is divided by:
 *
 *     gradient = w ((1 - t) sigmoid(x) - p t sigmoid(-x))        / len, / sum of the weights, or / 1
 *
 * `gradient` has `len` elements. Of hard targets it is within 2.5 ULP (with weights 4; one more under a mean, one
 * more where the machine cannot multiply and add in one step) down to the smallest numbers: nothing cancels. Where
 * the loss is wanted too, or the gradient is to take the logits' place: logit_loss_bce_loss_and_gradient_f32 and
 * logit_loss_bce_loss_and_gradient_in_place_f32, with the same bits.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_gradient_f32(const struct logit_loss_bce_f32 *options,
                                              const float *logits,
                                              const float *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              float *gradient);

/**
 * logit_loss_bce_gradient_f32 for double.
 */
logit_loss_status logit_loss_bce_gradient_f64(const struct logit_loss_bce_f64 *options,
                                              const double *logits,
                                              const double *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              double *gradient);

/**
 * logit_loss_bce_loss_f32 and logit_loss_bce_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_f32(const struct logit_loss_bce_f32 *options,
                                                       const float *logits,
                                                       const float *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       float *gradient,
                                                       float *loss);

/**
 * logit_loss_bce_loss_and_gradient_f32 for double.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_f64(const struct logit_loss_bce_f64 *options,
                                                       const double *logits,
                                                       const double *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       double *gradient,
                                                       double *loss);

/**
 * logit_loss_bce_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_in_place_f32(const struct logit_loss_bce_f32 *options,
                                                                float *logits,
                                                                const float *targets,
                                                                const uint8_t *labels,
                                                                size_t len,
                                                                float *loss);

/**
 * logit_loss_bce_loss_and_gradient_in_place_f32 for double.
 */
logit_loss_status logit_loss_bce_loss_and_gradient_in_place_f64(const struct logit_loss_bce_f64 *options,
                                                                double *logits,
                                                                const double *targets,
                                                                const uint8_t *labels,
                                                                size_t len,
                                                                double *loss);

/**
 * logit_loss_bce_gradient_f32, and the diagonal of the Hessian, divided alike: what gradient boosting needs, which
 * wants LOGIT_LOSS_SUM.
 *
 *     hessian = w (1 - t + p t) sigmoid(x) sigmoid(-x)
 *
 * Both have `len` elements. Of hard targets the Hessian is within 5 ULP (with weights 7), one more in the same cases
 * as the gradient.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_bce_gradient_and_hessian_f32(const struct logit_loss_bce_f32 *options,
                                                          const float *logits,
                                                          const float *targets,
                                                          const uint8_t *labels,
                                                          size_t len,
                                                          float *gradient,
                                                          float *hessian);

/**
 * logit_loss_bce_gradient_and_hessian_f32 for double.
 */
logit_loss_status logit_loss_bce_gradient_and_hessian_f64(const struct logit_loss_bce_f64 *options,
                                                          const double *logits,
                                                          const double *targets,
                                                          const uint8_t *labels,
                                                          size_t len,
                                                          double *gradient,
                                                          double *hessian);

/**
 * Adds the losses of a batch to a sum that goes on; logit_loss_sum_reduce_f32 reads it. The reduction of the options
 * is not looked at.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_bce_accumulate_f32(const struct logit_loss_bce_f32 *options,
                                                const float *logits,
                                                const float *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                struct logit_loss_sum *sum);

/**
 * logit_loss_bce_accumulate_f32 for double.
 */
logit_loss_status logit_loss_bce_accumulate_f64(const struct logit_loss_bce_f64 *options,
                                                const double *logits,
                                                const double *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                struct logit_loss_sum *sum);

/**
 * The focal loss of sigmoid(logit), reduced to one number. For hard targets, with u = x for target 0 and -x for
 * target 1, alpha_t = 1 - alpha and alpha p (1 and p without alpha), p the positive weight, w the weight times the
 * class weight:
 *
 *     loss = w alpha_t sigmoid(u)^gamma softplus(u)        softplus(x) = log(1 + exp(x))
 *
 * Soft targets follow torchvision's sigmoid_focal_loss. `options` may not be NULL: start with LOGIT_LOSS_FOCAL_INIT.
 * `*loss` is the mean, the weighted mean or the sum. Of hard targets each loss is within 6 + 2 gamma ULP, one more
 * where the machine cannot multiply and add in one step. Infinite logits give the limits, never NaN.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_loss_f32(const struct logit_loss_focal_f32 *options,
                                            const float *logits,
                                            const float *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            float *loss);

/**
 * logit_loss_focal_loss_f32 for double.
 */
logit_loss_status logit_loss_focal_loss_f64(const struct logit_loss_focal_f64 *options,
                                            const double *logits,
                                            const double *targets,
                                            const uint8_t *labels,
                                            size_t len,
                                            double *loss);

/**
 * The focal loss of each element, times its weight: what the reduction would reduce, which is not looked at. `losses`
 * has `len` elements. Formula and error: logit_loss_focal_loss_f32.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_focal_losses_f32(const struct logit_loss_focal_f32 *options,
                                              const float *logits,
                                              const float *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              float *losses);

/**
 * logit_loss_focal_losses_f32 for double.
 */
logit_loss_status logit_loss_focal_losses_f64(const struct logit_loss_focal_f64 *options,
                                              const double *logits,
                                              const double *targets,
                                              const uint8_t *labels,
                                              size_t len,
                                              double *losses);

/**
 * The derivative of the reduced loss with respect to each logit, divided by what the loss is divided by. With s = 1
 * for target 0 and -1 for target 1:
 *
 *     gradient = w alpha_t s sigmoid(u)^gamma (gamma sigmoid(-u) softplus(u) + sigmoid(u))
 *
 * `gradient` has `len` elements. Of hard targets it is within 6 + 2 gamma ULP (one more under a mean, one more where
 * the machine cannot multiply and add in one step).
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_gradient_f32(const struct logit_loss_focal_f32 *options,
                                                const float *logits,
                                                const float *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                float *gradient);

/**
 * logit_loss_focal_gradient_f32 for double.
 */
logit_loss_status logit_loss_focal_gradient_f64(const struct logit_loss_focal_f64 *options,
                                                const double *logits,
                                                const double *targets,
                                                const uint8_t *labels,
                                                size_t len,
                                                double *gradient);

/**
 * logit_loss_focal_loss_f32 and logit_loss_focal_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_f32(const struct logit_loss_focal_f32 *options,
                                                         const float *logits,
                                                         const float *targets,
                                                         const uint8_t *labels,
                                                         size_t len,
                                                         float *gradient,
                                                         float *loss);

/**
 * logit_loss_focal_loss_and_gradient_f32 for double.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_f64(const struct logit_loss_focal_f64 *options,
                                                         const double *logits,
                                                         const double *targets,
                                                         const uint8_t *labels,
                                                         size_t len,
                                                         double *gradient,
                                                         double *loss);

/**
 * logit_loss_focal_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_in_place_f32(const struct logit_loss_focal_f32 *options,
                                                                  float *logits,
                                                                  const float *targets,
                                                                  const uint8_t *labels,
                                                                  size_t len,
                                                                  float *loss);

/**
 * logit_loss_focal_loss_and_gradient_in_place_f32 for double.
 */
logit_loss_status logit_loss_focal_loss_and_gradient_in_place_f64(const struct logit_loss_focal_f64 *options,
                                                                  double *logits,
                                                                  const double *targets,
                                                                  const uint8_t *labels,
                                                                  size_t len,
                                                                  double *loss);

/**
 * logit_loss_focal_gradient_f32, and the diagonal of the Hessian, which may be negative, divided alike. With S =
 * sigmoid(u), R = sigmoid(-u), L = softplus(u):
 *
 *     hessian = w alpha_t S^gamma R (S (1 + 2 gamma) + gamma L (gamma R - S))
 *
 * Both have `len` elements.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_focal_gradient_and_hessian_f32(const struct logit_loss_focal_f32 *options,
                                                            const float *logits,
                                                            const float *targets,
                                                            const uint8_t *labels,
                                                            size_t len,
                                                            float *gradient,
                                                            float *hessian);

/**
 * logit_loss_focal_gradient_and_hessian_f32 for double.
 */
logit_loss_status logit_loss_focal_gradient_and_hessian_f64(const struct logit_loss_focal_f64 *options,
                                                            const double *logits,
                                                            const double *targets,
                                                            const uint8_t *labels,
                                                            size_t len,
                                                            double *gradient,
                                                            double *hessian);

/**
 * Adds the losses of a batch to a sum that goes on; logit_loss_sum_reduce_f32 reads it. The reduction of the options
 * is not looked at.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_focal_accumulate_f32(const struct logit_loss_focal_f32 *options,
                                                  const float *logits,
                                                  const float *targets,
                                                  const uint8_t *labels,
                                                  size_t len,
                                                  struct logit_loss_sum *sum);

/**
 * logit_loss_focal_accumulate_f32 for double.
 */
logit_loss_status logit_loss_focal_accumulate_f64(const struct logit_loss_focal_f64 *options,
                                                  const double *logits,
                                                  const double *targets,
                                                  const uint8_t *labels,
                                                  size_t len,
                                                  struct logit_loss_sum *sum);

/**
 * The asymmetric loss of sigmoid(logit), for many labels, reduced to one number: focal loss with a power of its own
 * for positives and for negatives, of which those with a probability up to the margin cost nothing. With x the logit,
 * t the target, w the weight times the class weight, m the margin, S = sigmoid(x), R = sigmoid(-x), q = S - m and
 * r = R + m:
 *
 *     loss = w (t P + (1 - t) N)        softplus(x) = log(1 + exp(x))
 *     P = R^gamma_pos softplus(-x)
 *     N = q^gamma_neg (-log r)          0 where q <= 0
 *
 * `options` may not be NULL: start with LOGIT_LOSS_ASYMMETRIC_INIT_F32. `*loss` is the mean, the weighted mean or the
 * sum. Of hard targets each loss is within 6 + 5 gamma ULP, with the gamma of its target, one more where the machine
 * cannot multiply and add in one step. This holds close to the margin too, where S - m has no digits left, of a margin
 * that differs from m by no more than a quarter of an ULP. Infinite logits give the limits, never NaN: at infinity a
 * negative costs -(1 - m)^gamma_neg log(m), and infinity without a margin.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_loss_f32(const struct logit_loss_asymmetric_f32 *options,
                                                 const float *logits,
                                                 const float *targets,
                                                 const uint8_t *labels,
                                                 size_t len,
                                                 float *loss);

/**
 * logit_loss_asymmetric_loss_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_loss_f64(const struct logit_loss_asymmetric_f64 *options,
                                                 const double *logits,
                                                 const double *targets,
                                                 const uint8_t *labels,
                                                 size_t len,
                                                 double *loss);

/**
 * The asymmetric loss of each element, times its weight: what the reduction would reduce, which is not looked at.
 * `losses` has `len` elements. Formula and error: logit_loss_asymmetric_loss_f32.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_asymmetric_losses_f32(const struct logit_loss_asymmetric_f32 *options,
                                                   const float *logits,
                                                   const float *targets,
                                                   const uint8_t *labels,
                                                   size_t len,
                                                   float *losses);

/**
 * logit_loss_asymmetric_losses_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_losses_f64(const struct logit_loss_asymmetric_f64 *options,
                                                   const double *logits,
                                                   const double *targets,
                                                   const uint8_t *labels,
                                                   size_t len,
                                                   double *losses);

/**
 * The derivative of the reduced loss with respect to each logit, divided by what the loss is divided by:
 *
 *     gradient = w (t P' + (1 - t) N')
 *     P' = -R^gamma_pos (gamma_pos S softplus(-x) + R)
 *     N' = S R (gamma_neg q^(gamma_neg - 1) (-log r) + q^gamma_neg / r)        0 where q <= 0
 *
 * `gradient` has `len` elements. Of hard targets it is within 6 + 5 gamma ULP (one more under a mean, one more where
 * the machine cannot multiply and add in one step), close to the margin as the loss is. With a gamma_neg of 0 it jumps
 * at the margin.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_gradient_f32(const struct logit_loss_asymmetric_f32 *options,
                                                     const float *logits,
                                                     const float *targets,
                                                     const uint8_t *labels,
                                                     size_t len,
                                                     float *gradient);

/**
 * logit_loss_asymmetric_gradient_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_gradient_f64(const struct logit_loss_asymmetric_f64 *options,
                                                     const double *logits,
                                                     const double *targets,
                                                     const uint8_t *labels,
                                                     size_t len,
                                                     double *gradient);

/**
 * logit_loss_asymmetric_loss_f32 and logit_loss_asymmetric_gradient_f32 in one pass, with the same bits.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_f32(const struct logit_loss_asymmetric_f32 *options,
                                                              const float *logits,
                                                              const float *targets,
                                                              const uint8_t *labels,
                                                              size_t len,
                                                              float *gradient,
                                                              float *loss);

/**
 * logit_loss_asymmetric_loss_and_gradient_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_f64(const struct logit_loss_asymmetric_f64 *options,
                                                              const double *logits,
                                                              const double *targets,
                                                              const uint8_t *labels,
                                                              size_t len,
                                                              double *gradient,
                                                              double *loss);

/**
 * logit_loss_asymmetric_loss_and_gradient_f32, whose gradient takes the logits' place: no second buffer.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_in_place_f32(const struct logit_loss_asymmetric_f32 *options,
                                                                       float *logits,
                                                                       const float *targets,
                                                                       const uint8_t *labels,
                                                                       size_t len,
                                                                       float *loss);

/**
 * logit_loss_asymmetric_loss_and_gradient_in_place_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_loss_and_gradient_in_place_f64(const struct logit_loss_asymmetric_f64 *options,
                                                                       double *logits,
                                                                       const double *targets,
                                                                       const uint8_t *labels,
                                                                       size_t len,
                                                                       double *loss);

/**
 * logit_loss_asymmetric_gradient_f32, and the diagonal of the Hessian, which may be negative, divided alike. With g =
 * gamma_pos in P" and g = gamma_neg in N":
 *
 *     hessian = w (t P" + (1 - t) N")
 *     P" = R^g S (R (1 + 2 g) + g softplus(-x) (g S - R))
 *     N" = (S R)^2 (g (g - 1) q^(g - 2) (-log r) + 2 g q^(g - 1) / r + q^g / r^2) + (R - S) N'        0 where q < 0
 *
 * Both have `len` elements. Of hard targets the Hessian is within 8 + 5 gamma ULP, one more in the same cases as the
 * gradient, of what it would be if all of its terms were added; but where q^g is subnormal close to the margin, it has
 * no more digits than that.
 *
 * At q = 0, N" is infinite for a gamma_neg between 0 and 1, as its limit from above is, and 0 for any other; up to
 * 1 it jumps there. So for gradient boosting gamma_neg should not be between 0 and 1, or the margin be 0.
 *
 * Errors: those of the pointers and options; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_asymmetric_gradient_and_hessian_f32(const struct logit_loss_asymmetric_f32 *options,
                                                                 const float *logits,
                                                                 const float *targets,
                                                                 const uint8_t *labels,
                                                                 size_t len,
                                                                 float *gradient,
                                                                 float *hessian);

/**
 * logit_loss_asymmetric_gradient_and_hessian_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_gradient_and_hessian_f64(const struct logit_loss_asymmetric_f64 *options,
                                                                 const double *logits,
                                                                 const double *targets,
                                                                 const uint8_t *labels,
                                                                 size_t len,
                                                                 double *gradient,
                                                                 double *hessian);

/**
 * Adds the losses of a batch to a sum that goes on; logit_loss_sum_reduce_f32 reads it. The reduction of the options
 * is not looked at.
 *
 * Errors: those of the pointers and options.
 */
logit_loss_status logit_loss_asymmetric_accumulate_f32(const struct logit_loss_asymmetric_f32 *options,
                                                       const float *logits,
                                                       const float *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       struct logit_loss_sum *sum);

/**
 * logit_loss_asymmetric_accumulate_f32 for double.
 */
logit_loss_status logit_loss_asymmetric_accumulate_f64(const struct logit_loss_asymmetric_f64 *options,
                                                       const double *logits,
                                                       const double *targets,
                                                       const uint8_t *labels,
                                                       size_t len,
                                                       struct logit_loss_sum *sum);

/**
 * The mean of all losses that were added to a sum, their weighted mean, or their sum: `reduction` is LOGIT_LOSS_MEAN,
 * LOGIT_LOSS_WEIGHTED_MEAN or LOGIT_LOSS_SUM.
 *
 * Errors: those of the pointers; LOGIT_LOSS_STATUS_REDUCTION; LOGIT_LOSS_STATUS_EMPTY_MEAN.
 */
logit_loss_status logit_loss_sum_reduce_f32(const struct logit_loss_sum *sum, uint32_t reduction, float *out);

/**
 * logit_loss_sum_reduce_f32 for double.
 */
logit_loss_status logit_loss_sum_reduce_f64(const struct logit_loss_sum *sum, uint32_t reduction, double *out);

/**
 * Adds another sum, of another machine for instance.
 *
 * Errors: those of the pointers.
 */
logit_loss_status logit_loss_sum_merge(struct logit_loss_sum *sum, const struct logit_loss_sum *other);

/**
 * A status in words, in English, on one line. Of a number that is no status, "unknown". The text is constant, and is
 * linked only into programs that call this.
 */
const char *logit_loss_error_message(int32_t status);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOGIT_LOSS_H */
