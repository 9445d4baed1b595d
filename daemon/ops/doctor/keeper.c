/* SPDX-License-Identifier: MIT */
/* keeper.c - one examination at a time, shared by all who wait for it.
 *
 * Whoever may read the page may ask, and an examination opens every device: so they
 * are never nearer than ten seconds. */
#include "daemon/ops/doctor/keeper.h"

#include "daemon/ops/doctor/doctor.h"

#define YOUNG (10 * G_TIME_SPAN_SECOND)
#define FAREWELL (10 * G_TIME_SPAN_SECOND)

typedef struct {
  IsrDoctorAnswer answer;
  gpointer token;
} Waiter;

struct _IsrDoctorKeeper {
  IsrConfig *config;
  GArray *waiting; /* Waiter */
  char *body;      /* the last report; NULL: none yet */
  gint64 made_us;  /* when, monotonic */
  gboolean running, closed;
  GAsyncQueue *done; /* of char *: filled by the thread */
};

static void
keeper_clear (IsrDoctorKeeper *self)
{
  isr_config_unref (self->config);
  g_array_unref (self->waiting);
  g_free (self->body);
  g_async_queue_unref (self->done);
}

static void
keeper_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) keeper_clear);
}

IsrDoctorKeeper *
isr_doctor_keeper_new (const IsrConfig *config)
{
  IsrDoctorKeeper *self = g_atomic_rc_box_new0 (IsrDoctorKeeper);

  self->config = isr_config_ref ((IsrConfig *) config);
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiter));
  self->done = g_async_queue_new_full (g_free);
  return self;
}

static void
answer_all (IsrDoctorKeeper *self)
{
  g_autoptr (GArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_array_new (FALSE, FALSE, sizeof (Waiter));
  for (guint i = 0; i < waiting->len; i++) {
    const Waiter *waiter = &g_array_index (waiting, Waiter, i);

    waiter->answer (waiter->token, self->closed ? NULL : g_strdup (self->body));
  }
}

static gboolean
on_done (gpointer data)
{
  IsrDoctorKeeper *self = data;
  char *body = g_async_queue_try_pop (self->done);

  if (self->closed || !body) { /* the end has waited for it */
    g_free (body);
    return G_SOURCE_REMOVE;
  }
  g_free (self->body);
  self->body = body;
  self->made_us = g_get_monotonic_time ();
  self->running = FALSE;
  answer_all (self);
  return G_SOURCE_REMOVE;
}

typedef struct {
  IsrDoctorKeeper *keeper;
  IsrConfig *config;
} Examination;

static gpointer
examine (gpointer data)
{
  g_autofree Examination *self = data;
  g_autoptr (IsrConfig) config = self->config;
  g_autoptr (IsrReport) report = isr_doctor_examine (config, NULL);

  g_async_queue_push (self->keeper->done, isr_report_to_json (report, FALSE));
  g_idle_add_full (G_PRIORITY_DEFAULT, on_done, self->keeper, keeper_unref);
  return NULL;
}

static void
start_examination (IsrDoctorKeeper *self)
{
  Examination *examination = g_new (Examination, 1);

  *examination = (Examination){ g_atomic_rc_box_acquire (self), isr_config_ref (self->config) };
  self->running = TRUE;
  g_thread_unref (g_thread_new ("isr-doctor", examine, examination));
}

void
isr_doctor_keeper_configure (IsrDoctorKeeper *self, const IsrConfig *config)
{
  isr_config_unref (self->config);
  self->config = isr_config_ref ((IsrConfig *) config);
  self->made_us = G_MININT64 / 2; /* what is known is of another one */
}

void
isr_doctor_keeper_ask (gpointer keeper, IsrDoctorAnswer answer, gpointer token)
{
  IsrDoctorKeeper *self = keeper;
  const Waiter waiter = { answer, token };

  if (!self->running && self->body && g_get_monotonic_time () - self->made_us < YOUNG) {
    answer (token, g_strdup (self->body));
    return;
  }
  g_array_append_val (self->waiting, waiter);
  if (!self->running)
    start_examination (self);
}

void
isr_doctor_keeper_free (IsrDoctorKeeper *self)
{
  self->closed = TRUE;
  answer_all (self);
  if (self->running)
    g_free (g_async_queue_timeout_pop (self->done, FAREWELL));
  keeper_unref (self);
}
