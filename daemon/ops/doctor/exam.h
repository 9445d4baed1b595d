/* SPDX-License-Identifier: MIT */
/* exam.h - what the doctor has in hand while it examines: the configuration, the
 * machine, and what each source gave in a few seconds. Every check reads it and
 * appends to the report. */
#pragma once

#include "daemon/capture/advice.h"
#include "daemon/capture/listen.h"
#include "daemon/config/config.h"
#include "daemon/ops/doctor/asound.h"
#include "daemon/ops/doctor/report.h"
#include "daemon/ops/doctor/system.h"

G_BEGIN_DECLS

typedef struct {
  int number;
  char *id;         /* NULL: not known */
  GArray *captures; /* guint: devices that record, of pcmC<number>D<n>c */
} IsrCard;

typedef struct {
  const IsrSourceConfig *config;
  IsrListening *listening; /* NULL: it did not come back in time, or was not listened to */
  gboolean recording;      /* by the recorder that runs on this archive */
  GStrv warnings;          /* that this recorder has about it; never NULL */
} IsrSourceExam;

typedef struct {
  const IsrConfig *config; /* NULL: it can not be read */
  char *container;         /* NULL: the host */
  IsrSystemUser *user;
  GPtrArray *cards; /* IsrCard, by number */
  IsrAsound *asound;
  GPtrArray *sources; /* IsrSourceExam */
  guint recorder;     /* pid of the recorder that runs on this archive; 0: none */
} IsrExam;

void isr_source_exam_free (IsrSourceExam *self);

/* What /dev/snd and /sys say of cards. */
GPtrArray *isr_cards_list (void);
/* The one that "hw:CARD=Mic,DEV=0", "plughw:1", "Mic" speaks of; NULL: none. */
const IsrCard *isr_cards_find (const GPtrArray *cards, const char *device);

/* Why the sound card of @source can not be opened; NULL: it can, or nobody knows. */
const IsrAdvice *isr_exam_diagnose (const IsrExam *self, const IsrSourceExam *source);
/* A configured sound card can not be opened for want of /dev/snd, rights, or a card. */
gboolean isr_exam_lacks_card (const IsrExam *self);
/* Nodes that we may not open: how many, and the group and mode of the first. */
gboolean isr_exam_find_forbidden (const IsrExam *self, gid_t *group, mode_t *mode, guint *n);
/* The first card that records; NULL: none. */
const IsrCard *isr_exam_find_capture (const IsrExam *self);
gboolean isr_exam_has_type (const IsrExam *self, IsrSourceType type);
/* A configured source records the PCM @name of asound.conf. */
gboolean isr_exam_uses_pcm (const IsrExam *self, const char *name);

/* The chown that makes @directory ours. */
char *isr_exam_make_owner_fix (const IsrExam *self, const char *directory);

/* The checks, in their order. */
void isr_check_place (const IsrExam *self, IsrReport *report);   /* container or host */
void isr_check_usb (const IsrExam *self, IsrReport *report);     /* USB devices */
void isr_check_nodes (const IsrExam *self, IsrReport *report);   /* /dev/snd, groups */
void isr_check_cards (const IsrExam *self, IsrReport *report);   /* cards, I2S */
void isr_check_asound (const IsrExam *self, IsrReport *report);  /* asound.conf, IPC */
void isr_check_sources (const IsrExam *self, IsrReport *report); /* each device and stream */
void isr_check_storage (const IsrExam *self, IsrReport *report);
void isr_check_time (const IsrExam *self, IsrReport *report);

/* Mute and gain of the card that @source records. */
void isr_check_mixer (const IsrSourceExam *source, IsrReport *report);

/* Pure: what a few seconds of samples say. @title: "[mic]". */
void isr_judge_sounding (const IsrSounding *sounding, const char *title, const char *mixer_command, IsrReport *report);
void isr_judge_clock (const IsrSounding *sounding, guint overruns, const char *title, IsrReport *report);
/* Pure. */
void isr_judge_space (guint64 free, double bytes_per_second, gboolean retention, const char *directory, IsrReport *report);
void isr_judge_speed (double written_per_second, double bytes_per_second, const char *directory, IsrReport *report);
void isr_judge_sync (gboolean synchronised, gint64 now_us, gboolean container, IsrReport *report);

/* Reads the files of asound.conf that apply here. */
IsrAsound *isr_exam_read_asound (void);

G_END_DECLS
