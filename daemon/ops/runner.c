/* SPDX-License-Identifier: MIT */
/* runner.c - queue, process, clock.
 *
 *   run --> queue (100) --> process --> ended --> next
 *                              | limit: SIGTERM
 *                              | grace: SIGKILL
 *
 * The process leads a group of its own, so that what it has started is ended with
 * it. Its output goes where ours goes; it has no input. */
#include "daemon/ops/runner.h"

#include "daemon/core/log.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct _IsrRunner {
  grefcount references; /* one is the owner's, one that of the process being waited for */
  char *name;
  GStrv words;
  guint limit_ms, grace_ms;

  GQueue queue; /* GStrv */
  GSubprocess *process;
  guint timer;    /* to the limit, then to the end of the grace */
  gboolean freed; /* the owner is gone */
  guint lost;     /* dropped since that was said */
  guint dropped, ended, done;

  void (*on_idle) (gpointer data);
  gpointer data;
};

static void
unref (IsrRunner *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  g_free (self->name);
  g_strfreev (self->words);
  g_free (self);
}

static void
drop_oldest (IsrRunner *self)
{
  g_strfreev (g_queue_pop_head (&self->queue));
  self->dropped++;
  if (self->lost++ == 0)
    isr_log_warning (NULL, "[hooks] %s: more than %d calls wait for “%s”: the oldest are dropped", self->name, ISR_RUNNER_QUEUE, self->words[0]);
}

static void
send (IsrRunner *self, int number)
{
  const char *pid = self->process ? g_subprocess_get_identifier (self->process) : NULL;

  if (pid)
    kill (-(pid_t) atoi (pid), number);
}

static gboolean
on_grace (gpointer data)
{
  IsrRunner *self = data;

  self->timer = 0;
  isr_log_warning (NULL, "[hooks] %s: “%s” did not end within %g s of SIGTERM: killed", self->name, self->words[0], self->grace_ms / 1e3);
  send (self, SIGKILL);
  return G_SOURCE_REMOVE;
}

static void
terminate (IsrRunner *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  send (self, SIGTERM);
  self->timer = g_timeout_add (self->grace_ms, on_grace, self);
}

static gboolean
on_limit (gpointer data)
{
  IsrRunner *self = data;

  self->timer = 0;
  self->ended++;
  isr_log_warning (NULL, "[hooks] %s: “%s” took longer than %g s: ended", self->name, self->words[0], self->limit_ms / 1e3);
  terminate (self);
  return G_SOURCE_REMOVE;
}

static void start_next (IsrRunner *self);

static void
report (IsrRunner *self)
{
  if (g_subprocess_get_if_exited (self->process) && g_subprocess_get_exit_status (self->process) != 0)
    isr_log_warning (NULL, "[hooks] %s: “%s” ended with status %d", self->name, self->words[0], g_subprocess_get_exit_status (self->process));
  else if (g_subprocess_get_if_signaled (self->process) && !self->freed)
    isr_log_warning (NULL, "[hooks] %s: “%s” was ended by signal %d", self->name, self->words[0], g_subprocess_get_term_sig (self->process));
}

static void
on_ended (GObject *process, GAsyncResult *result, gpointer data)
{
  IsrRunner *self = data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  g_clear_handle_id (&self->timer, g_source_remove);
  self->done++;
  report (self);
  g_clear_object (&self->process);
  if (!self->freed)
    start_next (self);
  unref (self);
}

/* In the child, between fork and exec. */
static void
lead_group (gpointer none)
{
  setpgid (0, 0);
}

static gboolean
start (IsrRunner *self, GStrv environment)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) self->words, &error);
  if (!self->process) {
    isr_log_error (NULL, "[hooks] %s: “%s” can not be run: %s", self->name, self->words[0], error->message);
    self->done++;
    return FALSE;
  }
  g_ref_count_inc (&self->references);
  self->timer = g_timeout_add (self->limit_ms, on_limit, self);
  g_subprocess_wait_async (self->process, NULL, on_ended, self);
  return TRUE;
}

static void
start_next (IsrRunner *self)
{
  while (!self->process && self->queue.length) {
    g_auto (GStrv) environment = g_queue_pop_head (&self->queue);

    start (self, environment);
  }
  if (self->process)
    return;
  if (self->lost)
    isr_log_warning (NULL, "[hooks] %s: %u calls were dropped", self->name, self->lost);
  self->lost = 0;
  if (self->on_idle)
    self->on_idle (self->data);
}

void
isr_runner_run (IsrRunner *self, GStrv environment)
{
  g_queue_push_tail (&self->queue, environment);
  if (self->queue.length > ISR_RUNNER_QUEUE)
    drop_oldest (self);
  if (!self->process)
    start_next (self);
}

void
isr_runner_stop (IsrRunner *self)
{
  if (self->queue.length)
    isr_log_warning (NULL, "[hooks] %s: %u calls are not made any more", self->name, self->queue.length);
  self->dropped += self->queue.length;
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_strfreev);
  if (self->process)
    terminate (self);
}

gboolean
isr_runner_is_idle (const IsrRunner *self)
{
  return !self->process && self->queue.length == 0;
}

void
isr_runner_set_idle_func (IsrRunner *self, void (*func) (gpointer data), gpointer data)
{
  self->on_idle = func;
  self->data = data;
}

guint
isr_runner_get_dropped (const IsrRunner *self)
{
  return self->dropped;
}

guint
isr_runner_get_ended (const IsrRunner *self)
{
  return self->ended;
}

guint
isr_runner_get_done (const IsrRunner *self)
{
  return self->done;
}

void
isr_runner_configure (IsrRunner *self, const char *command, guint limit_ms)
{
  g_strfreev (self->words);
  self->limit_ms = limit_ms;
  if (!g_shell_parse_argv (command, NULL, &self->words, NULL)) /* the configuration has checked it */
    self->words = g_strsplit (command, " ", -1);
}

IsrRunner *
isr_runner_new (const char *name, const char *command, guint limit_ms, guint grace_ms)
{
  IsrRunner *self = g_new0 (IsrRunner, 1);

  g_ref_count_init (&self->references);
  self->name = g_strdup (name);
  self->grace_ms = grace_ms;
  g_queue_init (&self->queue);
  isr_runner_configure (self, command, limit_ms);
  return self;
}

void
isr_runner_free (IsrRunner *self)
{
  self->freed = TRUE;
  self->on_idle = NULL;
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_strfreev);
  g_clear_handle_id (&self->timer, g_source_remove);
  send (self, SIGKILL);
  unref (self);
}
