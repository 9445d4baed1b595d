/* SPDX-License-Identifier: MIT */
/* app-rooms.h - what a running isr has, and how the rooms that every kind of it needs are
 * opened: `isr`, which records (app-record.c), and `isr serve` (app-serve.c). */
#pragma once

#include "daemon/analysis/analysis.h"
#include "daemon/app-config.h"
#include "daemon/archive/catalog.h"
#include "daemon/archive/retention.h"
#include "daemon/archive/status-file.h"
#include "daemon/capture/capture.h"
#include "daemon/capture/unfinished.h"
#include "daemon/cli/serve.h"
#include "daemon/http/server.h"
#include "daemon/ops/doctor/keeper.h"
#include "daemon/ops/hooks.h"
#include "daemon/ops/metrics.h"
#ifdef ISR_WITH_MQTT
#include "daemon/ops/mqtt/mqtt.h"
#endif
#include "daemon/ops/notify.h"

G_BEGIN_DECLS

#define ISR_EXIT_FAILED 1
#define ISR_EXIT_USAGE 2

typedef struct {
  const IsrCommandLine *line; /* how it was started */
  IsrConfig *config;
  IsrCatalog *catalog;
  IsrRetention *retention;
  GPtrArray *unfinished; /* what a process that died left, until capture has it */
  IsrCapture *capture;
  IsrViewer *viewer; /* of `isr serve`, which has none of the others but http */
  IsrAnalysis *analysis;
  IsrHttp *http;
  IsrHooks *hooks;
  IsrMetrics *metrics;
  IsrNotify *notify;
#ifdef ISR_WITH_MQTT
  IsrMqtt *mqtt; /* NULL: no broker */
#endif
  IsrDoctorKeeper *doctor;
  IsrStatusFile *status_file;
  GPtrArray *told; /* the states that it holds; NULL: none yet */
  gint64 told_us;  /* and since when the catalog is as it says */
  GMainLoop *loop;
  gboolean stopping;
  int status;
} IsrApp;

/* Frees all that is there, in the order in which it depends on each other. */
void isr_app_clear (IsrApp *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrApp, isr_app_clear)

/* GStreamer, with our elements. */
void isr_app_init_gst (void);

/* By self->config. */
gboolean isr_app_open_archive (IsrApp *self, gboolean writable, GError **error);
gboolean isr_app_open_http (IsrApp *self, const IsrControl *control, GError **error);
/* Counts from now on, of what is recorded here, and serves /metrics. */
void isr_app_open_metrics (IsrApp *self);

/* app-reload.c: reads the configuration again, and tells it to every room; a wrong one is
 * told in the log, and the one before stays in force. */
void isr_app_reload (IsrApp *self);

/* Tells it on stderr; the exit status. */
int isr_app_fail (const GError *error);

/* The two that run until they are told to end; the exit status. */
int isr_app_record (const IsrCommandLine *line);
int isr_app_serve (const IsrCommandLine *line);

G_END_DECLS
