/* SPDX-License-Identifier: MIT */
/* client.c - a thread that connects, turns libmosquitto's loop, and connects again.
 *
 *   main loop                                thread
 *     publish ---------- libmosquitto ------> socket
 *     on_news <--- idle source with a value --- connected, refused, lost
 *     free ------------- "offline", leave ---> ends; is waited for a moment
 *
 * Names are looked up and connections made in the thread: a broker that does not answer
 * holds nobody up. libmosquitto may be called from several threads. */
#include "daemon/ops/mqtt/client.h"

#include <errno.h>
#include <mosquitto.h>
#include <string.h>

#include "daemon/core/log.h"

#define KEEPALIVE 30                        /* s */
#define PAUSE_MAX (30 * G_TIME_SPAN_SECOND) /* between two tries */
#define TURN_MS 1000
#define FAREWELL (2 * G_TIME_SPAN_SECOND)

struct _IsrMqttClient {
  gatomicrefcount references; /* the owner's, the thread's, one of each news */
  struct mosquitto *mosquitto;
  char *host, *username, *password, *ca_file, *will, *filter;
  guint port;
  gboolean tls;

  GMutex mutex; /* of the next two */
  GCond changed;
  gboolean leaving, ended;

  int answer; /* thread: of the broker, once it is connected; -1: none yet */

  const IsrMqttHooks *hooks; /* from here on: main loop; NULL: the owner is gone */
  gpointer data;
  gboolean there, told;
};

static void
unref (gpointer data)
{
  IsrMqttClient *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  mosquitto_destroy (self->mosquitto);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self->host);
  g_free (self->username);
  g_free (self->password);
  g_free (self->ca_file);
  g_free (self->will);
  g_free (self->filter);
  g_free (self);
}

/* --- news, on the main loop --------------------------------------------------- */

typedef struct {
  IsrMqttClient *client;
  gboolean there;
  char *text; /* why not; or a topic that is retained */
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  unref (news->client);
  g_free (news->text);
  g_free (news);
}

static gboolean
on_news (gpointer data)
{
  const News *news = data;
  IsrMqttClient *self = news->client;

  if (!self->hooks)
    return G_SOURCE_REMOVE;
  if (news->there)
    isr_log_info (NULL, "[mqtt] connected to %s:%u", self->host, self->port);
  else if (self->there || !self->told)
    isr_log_warning (NULL, "[mqtt] %s:%u: %s; tried again", self->host, self->port, news->text);
  self->told = !news->there;
  self->there = news->there;
  if (self->there)
    self->hooks->connected (self->data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_retained (gpointer data)
{
  const News *news = data;

  if (news->client->hooks)
    news->client->hooks->retained (news->client->data, news->text);
  return G_SOURCE_REMOVE;
}

static void
tell (IsrMqttClient *self, GSourceFunc func, gboolean there, const char *text)
{
  News *news = g_new (News, 1);

  g_atomic_ref_count_inc (&self->references);
  *news = (News){ self, there, g_strdup (text) };
  g_idle_add_full (G_PRIORITY_DEFAULT, func, news, news_free);
  /* cppcheck-suppress memleak ; the loop frees it */
}

/* --- the thread -------------------------------------------------------------------- */

static void
on_connect (struct mosquitto *mosquitto, void *data, int answer)
{
  IsrMqttClient *self = data;

  self->answer = answer;
  if (answer != 0)
    return;
  tell (self, on_news, TRUE, NULL);
  if (self->filter)
    mosquitto_subscribe (mosquitto, NULL, self->filter, 1);
}

static void
on_message (struct mosquitto *mosquitto, void *data, const struct mosquitto_message *message)
{
  if (message->retain && message->payloadlen)
    tell (data, on_retained, TRUE, message->topic);
}

static gboolean
is_leaving (IsrMqttClient *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  return self->leaving;
}

static const char *
describe (IsrMqttClient *self, int result)
{
  if (self->answer > 0)
    return mosquitto_connack_string (self->answer);
  return result == MOSQ_ERR_ERRNO ? g_strerror (errno) : mosquitto_strerror (result);
}

/* One connection, to its end. Whether there was one. */
static gboolean
live (IsrMqttClient *self)
{
  int result;

  self->answer = -1;
  errno = 0;
  result = mosquitto_connect (self->mosquitto, self->host, (int) self->port, KEEPALIVE);
  while (result == MOSQ_ERR_SUCCESS)
    result = mosquitto_loop (self->mosquitto, TURN_MS, 1);
  if (!is_leaving (self))
    tell (self, on_news, FALSE, describe (self, result));
  return self->answer == 0;
}

/* FALSE: it is time to leave. */
static gboolean
pause_for (IsrMqttClient *self, gint64 span)
{
  const gint64 end = g_get_monotonic_time () + span;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  while (!self->leaving && g_cond_wait_until (&self->changed, &self->mutex, end))
    ;
  return !self->leaving;
}

static gpointer
work (gpointer data)
{
  IsrMqttClient *self = data;
  gint64 pause = G_TIME_SPAN_SECOND;

  while (!is_leaving (self)) {
    pause = live (self) ? G_TIME_SPAN_SECOND : MIN (2 * pause, PAUSE_MAX);
    if (!pause_for (self, pause))
      break;
  }
  g_mutex_lock (&self->mutex);
  self->ended = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  unref (self);
  return NULL;
}

/* --- the main loop's side ------------------------------------------------------------- */

void
isr_mqtt_client_publish (IsrMqttClient *self, const char *topic, const char *payload)
{
  if (self->there)
    mosquitto_publish (self->mosquitto, NULL, topic, (int) strlen (payload), payload, 1, true);
}

static void
prepare (IsrMqttClient *self)
{
  static gsize initialized;

  if (g_once_init_enter (&initialized)) {
    mosquitto_lib_init ();
    g_once_init_leave (&initialized, 1);
  }
  self->mosquitto = mosquitto_new (NULL, true, self);
  mosquitto_threaded_set (self->mosquitto, true);
  mosquitto_connect_callback_set (self->mosquitto, on_connect);
  mosquitto_message_callback_set (self->mosquitto, on_message);
  mosquitto_will_set (self->mosquitto, self->will, (int) strlen ("offline"), "offline", 1, true);
  if (self->username)
    mosquitto_username_pw_set (self->mosquitto, self->username, self->password);
  if (self->tls)
    mosquitto_tls_set (self->mosquitto, self->ca_file, self->ca_file ? NULL : "/etc/ssl/certs", NULL, NULL, NULL);
}

IsrMqttClient *
isr_mqtt_client_new (const IsrMqttBroker *broker, const IsrMqttHooks *hooks, gpointer data)
{
  IsrMqttClient *self = g_new0 (IsrMqttClient, 1);

  g_atomic_ref_count_init (&self->references);
  g_atomic_ref_count_inc (&self->references); /* the thread's */
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->host = g_strdup (broker->host);
  self->port = broker->port;
  self->tls = broker->tls;
  self->username = g_strdup (broker->username);
  self->password = g_strdup (broker->password);
  self->ca_file = g_strdup (broker->ca_file);
  self->will = g_strdup (broker->will);
  self->filter = g_strdup (broker->filter);
  self->hooks = hooks;
  self->data = data;
  prepare (self);
  g_thread_unref (g_thread_new ("isr-mqtt", work, self));
  return self;
}

void
isr_mqtt_client_free (IsrMqttClient *self)
{
  const gint64 end = g_get_monotonic_time () + FAREWELL;

  isr_mqtt_client_publish (self, self->will, "offline");
  self->hooks = NULL;
  g_mutex_lock (&self->mutex);
  self->leaving = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  mosquitto_disconnect (self->mosquitto);
  g_mutex_lock (&self->mutex);
  while (!self->ended && g_cond_wait_until (&self->changed, &self->mutex, end))
    ;
  g_mutex_unlock (&self->mutex);
  unref (self);
}
