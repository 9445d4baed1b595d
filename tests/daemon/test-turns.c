/* SPDX-License-Identifier: MIT */
/* A few decoders at once, however many ask and however slowly they read: counted as turns, and as
 * processes. Who comes later waits, who leaves waits no longer, who stalls holds up nobody. */
#include "daemon/media/turns.h"
#include "tests/daemon/children.h"
#include "tests/daemon/media-archive.h"

#define STALLED 12
#define SECONDS 120 /* more than sockets hold */
#define NAME_OF_LONG "long.aiff"

/* --- turns by themselves ------------------------------------------------------ */

typedef struct {
  IsrTurn turn;
  guint begun, let_go;
} User;

static void
on_begin (IsrTurn *turn)
{
  ((User *) (void *) turn)->begun++;
}

static void
on_let_go (IsrTurn *turn)
{
  ((User *) (void *) turn)->let_go++;
}

static User *
users_new (guint n)
{
  static const IsrTurnClass klass = { on_begin, on_let_go };
  User *users = g_new0 (User, n);

  for (guint i = 0; i < n; i++) {
    users[i].turn.klass = &klass;
    isr_turn_ask (&users[i].turn);
  }
  return users;
}

static guint
count_begun (const User *users, guint n)
{
  guint begun = 0;

  for (guint i = 0; i < n; i++)
    begun += users[i].begun > 0;
  return begun;
}

static void
leave (User *user)
{
  isr_turn_leave (&user->turn);
  if (user->turn.state == ISR_TURN_WORKING)
    isr_turn_rest (&user->turn);
  if (user->turn.state == ISR_TURN_ENDING)
    isr_turn_ended (&user->turn);
}

static void
test_order (void)
{
  const guint most = isr_turns_get_most (), n = most + 5;
  g_autofree User *users = users_new (n);

  g_assert_cmpuint (count_begun (users, n), ==, most);
  g_assert_cmpuint (isr_turns_get_waiting (), ==, 5);
  isr_turn_leave (&users[most].turn); /* the next one has had enough */
  g_assert_cmpuint (isr_turns_get_waiting (), ==, 4);
  for (guint i = 0; i < 4; i++) {
    leave (&users[i]);
    g_assert_cmpuint (users[i].let_go, ==, 1);
    g_assert_cmpuint (users[most + 1 + i].begun, ==, 1);
    g_assert_cmpuint (isr_turns_get_taken (), ==, most);
  }
  g_assert_cmpuint (users[most].begun, ==, 0);
  for (guint i = 0; i < n; i++)
    leave (&users[i]);
  g_assert_cmpuint (isr_turns_get_taken (), ==, 0);
}

/* Who has something to do keeps his turn; who has not gives way once somebody waits, and comes after
 * him when he asks again. */
static void
test_giving_way (void)
{
  const guint most = isr_turns_get_most ();
  g_autofree User *users = users_new (most);
  g_autofree User *late = NULL;

  isr_turn_rest (&users[1].turn);
  for (guint i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (users[1].let_go, ==, 0);
  late = users_new (1);
  TEMP_WAIT_FOR (users[1].let_go == 1);
  isr_turn_ask (&users[1].turn);
  g_assert_cmpuint (late->begun, ==, 0); /* the decoder is still there */
  isr_turn_ended (&users[1].turn);
  g_assert_cmpuint (late->begun, ==, 1);
  g_assert_cmpuint (users[1].begun, ==, 1);
  leave (late);
  g_assert_cmpuint (users[1].begun, ==, 2);
  for (guint i = 0; i < most; i++)
    g_assert_cmpuint (users[i].let_go, ==, i == 1);
  for (guint i = 0; i < most; i++)
    leave (&users[i]);
  g_assert_cmpuint (isr_turns_get_taken () + isr_turns_get_waiting (), ==, 0);
}

/* Who asks again and again gives way, too, in the end. */
static void
test_long_turn (void)
{
  const guint most = isr_turns_get_most ();
  g_autofree User *users = users_new (most);
  g_autofree User *late = users_new (1);
  gint64 limit = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;

  while (users[0].let_go == 0 && g_get_monotonic_time () < limit) {
    isr_turn_rest (&users[0].turn);
    if (users[0].turn.state == ISR_TURN_RESTING)
      isr_turn_ask (&users[0].turn);
    g_main_context_iteration (NULL, FALSE);
  }
  isr_turn_ended (&users[0].turn);
  g_assert_cmpuint (late->begun, ==, 1);
  leave (late);
  for (guint i = 0; i < most; i++)
    leave (&users[i]);
}

/* While all decode for others: a clip waits, what is no clip does not, and who leaves is not waited
 * for by those behind him. */
static void
test_clip (Media *f, gconstpointer codec)
{
  const guint most = isr_turns_get_most ();
  g_autofree User *users = users_new (most);
  g_autofree char *first = media_file (f, "flac", 0);
  g_autofree char *text = g_strdup_printf ("GET /api/clip?file=%s&start=0&end=2 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", first, f->house.port);
  g_autoptr (GPtrArray) leaving = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_autoptr (Client) last = NULL;
  g_autoptr (Answer) other = NULL;

  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (leaving, client_begin (f->house.port, text));
  last = client_begin (f->house.port, text);
  TEMP_WAIT_FOR (isr_turns_get_waiting () == 11);
  other = ask (f->house.port, "GET", "/healthz", NULL);
  g_assert_cmpuint (other->status, ==, 200);
  g_ptr_array_set_size (leaving, 0);
  TEMP_WAIT_FOR (isr_turns_get_waiting () == 1);
  g_assert_cmpuint (last->in->len, ==, 0);
  leave (&users[0]);
  TEMP_WAIT_FOR (last->ended);
  g_assert_true (client_has (last, "HTTP/1.1 200"));
  g_assert_cmpuint (last->in->len, >, 2 * MEDIA_RATE * 4);
  for (guint i = 0; i < most; i++)
    leave (&users[i]);
  TEMP_WAIT_FOR (isr_turns_get_taken () == 0);
}

/* --- clips of a file that is decoded elsewhere ----------------------------------- */

/* Whoever looks for a condition sees no more decoders than there may be. */
static gboolean
bounded (gboolean condition)
{
  g_assert_cmpuint (children_count (), <=, isr_turns_get_most ());
  g_assert_cmpuint (isr_turns_get_taken (), <=, isr_turns_get_most ());
  return condition;
}

static gboolean
is_calm (void)
{
  return isr_turns_get_taken () + isr_turns_get_waiting () == 0;
}

static void
add_long (Media *f)
{
  shell ("ffmpeg -v error -stream_loop %d -i %s/in.wav -t %d -c:a pcm_s16be %s/" NAME_OF_LONG, SECONDS / 12, f->inputs, SECONDS, f->house.directory);
  g_assert_true (isr_catalog_reconcile (f->house.catalog, NULL));
}

/* One who asks, and does not read. */
static Client *
ask_and_stall (Media *f)
{
  g_autofree char *text = g_strdup_printf ("GET /api/clip?file=" NAME_OF_LONG "&start=1&end=%d HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n\r\n", SECONDS, f->house.port);
  Client *client = client_new (f->house.port);

  client_send (client, text, strlen (text));
  return client;
}

static GPtrArray *
stall (Media *f, guint n)
{
  GPtrArray *clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (clients, ask_and_stall (f));
  return clients;
}

static gboolean
has_begun (const Client *client)
{
  return g_socket_get_available_bytes (client->socket) > 1000;
}

static gboolean
have_begun (GPtrArray *clients)
{
  for (guint i = 0; i < clients->len; i++)
    if (!has_begun (clients->pdata[i]))
      return FALSE;
  return TRUE;
}

static void
assert_whole (Media *f, Client *client)
{
  g_autofree char *path = g_build_filename (f->house.directory, NAME_OF_LONG, NULL);
  g_autoptr (GBytes) truth = media_decode (path);
  const gsize frames = (SECONDS - 1) * MEDIA_RATE;
  const guint8 *chunk = memmem (client->in->data, client->in->len, "data", 4);

  g_assert_true (client_has (client, "HTTP/1.1 200"));
  g_assert_cmpuint ((gsize) (client->in->data + client->in->len - (chunk + 8)), ==, frames * 4);
  g_assert_cmpint (memcmp (chunk + 8, (const guint8 *) g_bytes_get_data (truth, NULL) + 4 * MEDIA_RATE, frames * 4), ==, 0);
}

/* All of them stall: another one is served, and so are they, when they go on. */
static void
test_stalled (Media *f, gconstpointer codec)
{
  g_autoptr (GPtrArray) clients = NULL;
  g_autoptr (Client) reader = NULL;
  Client *first;

  add_long (f);
  clients = stall (f, STALLED);
  TEMP_WAIT_FOR (bounded (have_begun (clients)));
  g_assert_cmpuint (children_count (), >, 0);
  reader = ask_and_stall (f);
  client_read (reader);
  TEMP_WAIT_FOR (bounded (reader->ended));
  assert_whole (f, reader);
  first = clients->pdata[0];
  client_read (first); /* its decoder is another one by now */
  TEMP_WAIT_FOR (bounded (first->ended));
  assert_whole (f, first);
  g_ptr_array_set_size (clients, 0);
  TEMP_WAIT_FOR (bounded (is_calm ()));
  g_assert_cmpuint (children_count (), ==, 0);
}

/* Whoever decodes now does not go on. */
static gboolean
hang (void)
{
  children_kill (ISR_FOREIGN_ARGUMENT, SIGSTOP);
  return bounded (TRUE);
}

static gboolean
is_among (int pid, GArray *known)
{
  for (guint i = 0; i < known->len; i++)
    if (g_array_index (known, int, i) == pid)
      return TRUE;
  return FALSE;
}

static gboolean
no_other_than (GArray *known)
{
  g_autoptr (GArray) pids = children_list ();

  for (guint i = 0; i < pids->len; i++)
    g_assert_true (is_among (g_array_index (pids, int, i), known));
  return TRUE;
}

/* All decoders hang. Who waits behind them and leaves waits no longer; who has one and leaves has none
 * any more, at once: none is tried in its place. */
static void
test_leaving (Media *f, gconstpointer codec)
{
  const guint most = isr_turns_get_most ();
  g_autoptr (GPtrArray) clients = NULL;
  g_autoptr (GPtrArray) late = NULL;
  g_autoptr (GArray) hanging = NULL;

  add_long (f);
  clients = stall (f, most);
  TEMP_WAIT_FOR (hang () && children_count () == most);
  late = stall (f, most + 3); /* some of the first may have had time to fill their sockets, and give way */
  TEMP_WAIT_FOR (hang () && isr_turns_get_waiting () >= 3);
  g_ptr_array_set_size (late, 0);
  TEMP_WAIT_FOR (hang () && isr_turns_get_waiting () == 0);
  hanging = children_list ();
  g_ptr_array_set_size (clients, 0);
  TEMP_WAIT_FOR (no_other_than (hanging) && is_calm ());
  g_assert_cmpuint (children_count (), ==, 0);
}

int
main (int argc, char **argv)
{
  media_test_init (&argc, &argv);
  g_test_add_func ("/turns/order", test_order);
  g_test_add_func ("/turns/giving-way", test_giving_way);
  g_test_add_func ("/turns/long", test_long_turn);
  g_test_add ("/turns/clip", Media, "flac", media_set_up, test_clip, media_tear_down);
  g_test_add ("/turns/stalled", Media, "wav", media_set_up, test_stalled, media_tear_down);
  g_test_add ("/turns/leaving", Media, "wav", media_set_up, test_leaving, media_tear_down);
  return g_test_run ();
}
