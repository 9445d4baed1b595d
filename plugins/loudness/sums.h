/* SPDX-License-Identifier: MIT */
/* sums.h - sums, sums of squares and the largest magnitude of interleaved samples.
 *
 * Sample s of a window goes to lane s modulo `lanes`, a multiple of the channels: 8
 * where that is one, so that eight samples are one step whatever the channels
 * mean, else as many as there are channels. Integers are summed exactly. Doubles
 * are rounded, but each lane is summed in the order of its samples: the numbers
 * depend neither on the pieces that samples come in nor on the processor.
 *
 * Written with the compiler's own vectors; where the processor has AVX2 the same
 * lines, compiled for it, are taken. Pure; any one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_SUMS_MAX_CHANNELS 64
/* Samples at a time that isr_sums_* take. */
#define ISR_SUMS_BLOCK 2048
/* A float beyond it is no sample, as are infinity and NaN: they count as 0. +120 dB. */
#define ISR_SUMS_FLOAT_LIMIT 1e6

typedef enum {
  ISR_SUMS_I16,
  ISR_SUMS_I32,
  ISR_SUMS_F32,
  ISR_SUMS_F64,
} IsrSumsType;

typedef struct {
  gint64 sum;
  guint64 low, high; /* of squares: low + 2^32 high */
  double fsum, fsquares;
} IsrLane;

typedef struct {
  guint channels, lanes;
  guint64 samples; /* so far, of all channels */
  IsrLane lane[ISR_SUMS_MAX_CHANNELS];
} IsrSums;

void isr_sums_init (IsrSums *self, guint channels);
void isr_sums_clear (IsrSums *self);

/* Adds @n <= ISR_SUMS_BLOCK samples, whole frames; they need not be aligned. */
void isr_sums_add (IsrSums *self, IsrSumsType type, gconstpointer samples, gsize n);

/* The same, one sample after the other: what isr_sums_add() is held to. */
void isr_sums_add_plain (IsrSums *self, IsrSumsType type, gconstpointer samples, gsize n);

/* The largest magnitude, 1.0 being full scale. */
double isr_sums_peak (IsrSumsType type, gconstpointer samples, gsize n);

/* Power of a channel re full scale: without its mean, and with it. */
void isr_sums_channel_power (const IsrSums *self, IsrSumsType type, guint channel, double *ac, double *raw);
/* The same of the loudest one. */
void isr_sums_power (const IsrSums *self, IsrSumsType type, double *ac, double *raw);

/* To doubles, 1.0 being full scale; what is no sample is 0. */
void isr_sums_to_double (IsrSumsType type, gconstpointer samples, gsize n, double *out);

G_END_DECLS
