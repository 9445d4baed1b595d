/* SPDX-License-Identifier: MIT */
/* What may be done to the archive over HTTP: labels, protection, trash. */
#include "daemon/archive/labels.h"
#include "daemon/archive/storage.h"
#include "tests/daemon/house.h"

#include <json-glib/json-glib.h>

typedef struct {
  guint status;
  JsonObject *object;
} Reply;

static void
reply_clear (Reply *self)
{
  json_object_unref (self->object);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)

static Reply
call (Fixture *f, const char *method, const char *target, const char *body)
{
  g_autofree char *headers = body ? g_strdup_printf ("Content-Length: %zu\r\n", strlen (body)) : NULL;
  g_autoptr (Client) client = client_new (f->port);
  g_autofree char *text = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s\r\n%s", method, target, f->port, headers ? headers : "", body ? body : "");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (Answer) answer = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  client_read (client);
  client_send (client, text, strlen (text));
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  json_parser_load_from_data (parser, g_bytes_get_data (answer->body, &size), (gssize) g_bytes_get_size (answer->body), &error);
  g_assert_no_error (error);
  return (Reply){ answer->status, json_object_ref (json_node_get_object (json_parser_get_root (parser))) };
}

static const char *
get (const Reply *reply, const char *name)
{
  return json_object_get_null_member (reply->object, name) ? NULL : json_object_get_string_member (reply->object, name);
}

static void
assert_error (Fixture *f, const char *method, const char *target, const char *body, guint status, const char *code)
{
  g_auto (Reply) reply = call (f, method, target, body);

  g_assert_cmpstr (get (&reply, "error"), ==, code);
  g_assert_cmpuint (reply.status, ==, status);
}

static guint
count (Fixture *f, const char *target, const char *list)
{
  g_auto (Reply) reply = call (f, "GET", target, NULL);

  g_assert_cmpuint (reply.status, ==, 200);
  return json_array_get_length (json_object_get_array_member (reply.object, list));
}

#define PLACE "\"source\":\"mic\",\"start_us\":1706698810000000,\"end_us\":1706698812000000"

static void
test_labels (Fixture *f, gconstpointer data)
{
  g_auto (Reply) put = call (f, "PUT", "/api/labels", "{" PLACE ",\"verdict\":\"kept\",\"label\":\"owl\",\"note\":null}");

  g_assert_cmpuint (put.status, ==, 200);
  g_assert_cmpstr (get (&put, "source"), ==, "mic");
  g_assert_cmpstr (get (&put, "label"), ==, "owl");
  g_assert_null (get (&put, "note"));
  g_assert_cmpstr (get (&put, "start"), ==, "2024-01-31T12:00:10.000000+01:00");
  g_assert_cmpuint (count (f, "/api/labels", "labels"), ==, 1);
  g_assert_cmpuint (count (f, "/api/labels?source=mic&day=2024-01-31&verdict=kept", "labels"), ==, 1);
  g_assert_cmpuint (count (f, "/api/labels?verdict=false", "labels"), ==, 0);
  g_assert_cmpuint (count (f, "/api/labels?verdict=none", "labels"), ==, 0);
  g_assert_cmpuint (count (f, "/api/labels?day=2024-02-01", "labels"), ==, 0);
}

static void
test_labels_taken_away (Fixture *f, gconstpointer data)
{
  g_auto (Reply) put = call (f, "PUT", "/api/labels", "{" PLACE ",\"label\":\"owl\"}");
  g_auto (Reply) empty = call (f, "PUT", "/api/labels", "{" PLACE ",\"verdict\":null,\"label\":\"\",\"note\":null}");
  g_auto (Reply) again = call (f, "PUT", "/api/labels", "{" PLACE ",\"label\":\"owl\"}");
  g_auto (Reply) gone = call (f, "DELETE", "/api/labels?source=mic&start_us=1706698810000000&end_us=1706698812000000", NULL);

  g_assert_cmpuint (put.status, ==, 200);
  g_assert_cmpuint (empty.status, ==, 200);
  g_assert_null (get (&empty, "label"));
  g_assert_cmpuint (again.status, ==, 200);
  g_assert_cmpuint (gone.status, ==, 200);
  g_assert_cmpstr (get (&gone, "label"), ==, "owl");
  g_assert_cmpuint (count (f, "/api/labels", "labels"), ==, 0);
  assert_error (f, "DELETE", "/api/labels?source=mic&start_us=1706698810000000&end_us=1706698812000000", NULL, 404, "not-found");
}

static void
test_bad_labels (Fixture *f, gconstpointer data)
{
  static const char *const bodies[] = {
    "", "[]", "{}", "{\"source\":\"mic\"}", "{\"source\":7,\"start_us\":1,\"end_us\":2}",
    "{\"source\":\"mic\",\"start_us\":\"1\",\"end_us\":2}", "{\"source\":\"mic\",\"start_us\":2,\"end_us\":1}",
    "{" PLACE ",\"verdict\":\"perhaps\"}", "{" PLACE ",\"label\":[]}", "{" PLACE ",\"note\":1}"
  };
  g_autofree char *words = g_strnfill (201, 'x');
  g_autofree char *wordy = g_strdup_printf ("{" PLACE ",\"label\":\"%s\"}", words);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_error (f, "PUT", "/api/labels", bodies[i], 400, "bad-request");
  assert_error (f, "PUT", "/api/labels", wordy, 400, "bad-request");
  assert_error (f, "GET", "/api/labels?verdict=perhaps", NULL, 400, "bad-request");
  assert_error (f, "GET", "/api/labels?day=yesterday", NULL, 400, "bad-request");
  assert_error (f, "DELETE", "/api/labels?source=mic&start_us=1", NULL, 400, "bad-request");
  assert_error (f, "DELETE", "/api/labels?source=mic&start_us=x&end_us=2", NULL, 400, "bad-request");
}

static void
test_protect (Fixture *f, gconstpointer data)
{
  g_auto (Reply) on = call (f, "PUT", "/api/files/" NAME "?protected=true", NULL);
  g_auto (Reply) off = { 0 };

  g_assert_cmpuint (on.status, ==, 200);
  g_assert_cmpstr (get (&on, "name"), ==, NAME);
  g_assert_true (json_object_get_boolean_member (on.object, "protected"));
  off = call (f, "PUT", "/api/files/" NAME "?protected=false", NULL);
  g_assert_false (json_object_get_boolean_member (off.object, "protected"));
  assert_error (f, "PUT", "/api/files/" NAME, NULL, 400, "bad-request");
  assert_error (f, "PUT", "/api/files/" NAME "?protected=1", NULL, 400, "bad-request");
  assert_error (f, "PUT", "/api/files/none.flac?protected=true", NULL, 404, "not-found");
}

static void
begin (Fixture *f, const char *name)
{
  g_autoptr (IsrRecording) live = make (name, 1706700000, 0, 0);
  g_autofree char *part = g_strconcat (name, ".part", NULL);

  live->recording = TRUE;
  temp_write (f->directory, part, "12345", 5);
  isr_catalog_begin (f->catalog, live);
}

static void
test_being_recorded (Fixture *f, gconstpointer data)
{
  begin (f, "mic/live.flac");
  assert_error (f, "PUT", "/api/files/mic/live.flac?protected=true", NULL, 409, "recording");
  assert_error (f, "DELETE", "/api/files/mic/live.flac", NULL, 409, "recording");
}

static gint64
throw_away (Fixture *f, const char *name)
{
  g_autofree char *target = g_strconcat ("/api/files/", name, NULL);
  g_auto (Reply) reply = call (f, "DELETE", target, NULL);

  g_assert_cmpuint (reply.status, ==, 200);
  return json_object_get_int_member (reply.object, "trash");
}

static void
assert_in_trash (Fixture *f, gint64 id)
{
  g_auto (Reply) reply = call (f, "GET", "/api/trash", NULL);
  JsonObject *entry = json_array_get_object_element (json_object_get_array_member (reply.object, "trash"), 0);

  g_assert_cmpint (json_object_get_int_member (entry, "id"), ==, id);
  g_assert_cmpstr (json_object_get_string_member (entry, "name"), ==, NAME);
  g_assert_cmpint (json_object_get_int_member (entry, "size"), ==, SIZE);
  g_assert_cmpint (json_object_get_int_member (entry, "expires_us") - json_object_get_int_member (entry, "deleted_us"), ==, 7 * G_TIME_SPAN_DAY);
}

static void
test_trash (Fixture *f, gconstpointer data)
{
  gint64 id = throw_away (f, NAME);
  g_autofree char *restore = g_strdup_printf ("/api/trash/%" G_GINT64_FORMAT "/restore", id);
  g_auto (Reply) back = { 0 };

  g_assert_cmpuint (count (f, "/api/files", "files"), ==, 0);
  assert_in_trash (f, id);
  back = call (f, "POST", restore, NULL);
  g_assert_cmpuint (back.status, ==, 200);
  g_assert_cmpstr (get (&back, "name"), ==, NAME);
  g_assert_cmpuint (count (f, "/api/files", "files"), ==, 1);
  g_assert_cmpuint (count (f, "/api/trash", "trash"), ==, 0);
  assert_error (f, "POST", restore, NULL, 404, "not-found");
}

static void
test_trash_for_good (Fixture *f, gconstpointer data)
{
  gint64 id = throw_away (f, NAME);
  g_autofree char *target = g_strdup_printf ("/api/trash/%" G_GINT64_FORMAT, id);
  g_auto (Reply) gone = call (f, "DELETE", target, NULL);

  g_assert_cmpuint (gone.status, ==, 200);
  g_assert_cmpuint (count (f, "/api/trash", "trash"), ==, 0);
  assert_error (f, "DELETE", target, NULL, 404, "not-found");
  assert_error (f, "DELETE", "/api/trash/x", NULL, 404, "not-found");
  assert_error (f, "POST", "/api/trash/1", NULL, 404, "not-found");
  assert_error (f, "DELETE", "/api/files/" NAME, NULL, 404, "not-found");
}

static void
test_protected_stays (Fixture *f, gconstpointer data)
{
  g_auto (Reply) on = call (f, "PUT", "/api/files/" NAME "?protected=true", NULL);

  g_assert_cmpuint (on.status, ==, 200);
  assert_error (f, "DELETE", "/api/files/" NAME, NULL, 409, "protected");
}

static gboolean
tell_space (const char *directory, IsrSpace *space, gpointer data)
{
  *space = (IsrSpace){ 1000, 4000 };
  return TRUE;
}

static void
test_storage (Fixture *f, gconstpointer data)
{
  g_auto (Reply) plain = call (f, "GET", "/api/storage", NULL);
  g_auto (Reply) reply = { 0 };

  g_assert_cmpint (json_object_get_int_member (plain.object, "total"), >, 1000000);
  g_assert_true (json_object_get_null_member (plain.object, "keep_days"));
  g_assert_true (json_object_get_null_member (plain.object, "min_free"));
  isr_catalog_set_storage_rules (f->catalog, &(IsrStorageRules){ .keep_days = 30, .min_free_share = 0.1 });
  isr_catalog_set_space_func (f->catalog, tell_space, NULL);
  reply = call (f, "GET", "/api/storage", NULL);
  g_assert_cmpint (json_object_get_int_member (reply.object, "free"), ==, 1000);
  g_assert_cmpint (json_object_get_int_member (reply.object, "total"), ==, 4000);
  g_assert_cmpint (json_object_get_int_member (reply.object, "used_by_recordings"), ==, SIZE);
  g_assert_cmpint (json_object_get_int_member (reply.object, "trash"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (reply.object, "bytes_per_day"), ==, 0);
  g_assert_cmpint (json_object_get_int_member (reply.object, "keep_days"), ==, 30);
  g_assert_cmpint (json_object_get_int_member (reply.object, "min_free"), ==, 400);
  g_assert_cmpint (json_object_get_int_member (reply.object, "trash_days"), ==, 7);
  g_assert_null (get (&reply, "full_at"));
  g_assert_cmpstr (get (&reply, "directory"), ==, f->directory);
}

static void
add_other (Fixture *f)
{
  g_autoptr (IsrRecording) other = make ("radio.mp3", 1706702400, 60, 10);

  g_free (other->source);
  other->source = g_strdup ("radio");
  isr_catalog_finish (f->catalog, other);
}

static void
test_sources (Fixture *f, gconstpointer data)
{
  g_autoptr (JsonArray) list = NULL;
  g_auto (Reply) reply = { 0 };
  JsonObject *mic, *radio;

  add_other (f);
  reply = call (f, "GET", "/api/sources", NULL);
  list = json_array_ref (json_object_get_array_member (reply.object, "sources"));
  g_assert_cmpuint (json_array_get_length (list), ==, 2);
  mic = json_array_get_object_element (list, 0);
  radio = json_array_get_object_element (list, 1);
  g_assert_cmpstr (json_object_get_string_member (mic, "name"), ==, "mic");
  g_assert_cmpstr (json_object_get_string_member (mic, "type"), ==, "soundcard");
  g_assert_true (json_object_get_boolean_member (mic, "configured"));
  g_assert_cmpint (json_object_get_int_member (mic, "files"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (mic, "first_us"), ==, 1706698800 * G_TIME_SPAN_SECOND);
  g_assert_cmpstr (json_object_get_string_member (mic, "last"), ==, "2024-01-31T13:00:00.000000+01:00");
  g_assert_false (json_object_get_boolean_member (radio, "configured"));
  g_assert_true (json_object_get_null_member (radio, "type"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-archive/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("labels", test_labels);
  ADD ("labels-taken-away", test_labels_taken_away);
  ADD ("bad-labels", test_bad_labels);
  ADD ("protect", test_protect);
  ADD ("being-recorded", test_being_recorded);
  ADD ("trash", test_trash);
  ADD ("trash-for-good", test_trash_for_good);
  ADD ("protected-stays", test_protected_stays);
  ADD ("storage", test_storage);
  ADD ("sources", test_sources);
  return g_test_run ();
}
