/* SPDX-License-Identifier: MIT */
/* status-news.c - read once, as long as the file is the same: it tells of all sources. */
#include "daemon/archive/status-news.h"

#include <json-glib/json-glib.h>
#include <sys/stat.h>

#include "daemon/archive/status-file.h"

#define VERSION "" /* no source is called so: which file was read, by its inode and time */

/* 0: nobody records. */
static gint64
get_version (const char *state_directory)
{
  g_autofree char *path = g_build_filename (state_directory, "status.json", NULL);
  struct stat st;

  if (stat (path, &st) < 0 || st.st_mtim.tv_sec < g_get_real_time () / G_TIME_SPAN_SECOND - ISR_STATUS_NEWS_AGE)
    return 0;
  return st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000 + (gint64) st.st_ino;
}

static gint64
get (GHashTable *known, const char *name)
{
  const gint64 *value = known ? g_hash_table_lookup (known, name) : NULL;

  return value ? *value : 0;
}

static void
set (GHashTable *known, const char *name, gint64 value)
{
  if (value)
    g_hash_table_insert (known, g_strdup (name), g_memdup2 (&value, sizeof value));
}

static void
read_source (JsonArray *array, guint index, JsonNode *node, gpointer known)
{
  JsonObject *source = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *since = source ? json_object_get_member (source, "disk_since_us") : NULL;

  if (since && json_node_get_value_type (since) == G_TYPE_INT64)
    set (known, json_object_get_string_member_with_default (source, "name", VERSION), json_node_get_int (since));
}

static void
read_all (GHashTable *known, const char *state_directory, guint age)
{
  g_autofree char *text = isr_status_file_read (state_directory, age);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = text && json_parser_load_from_data (parser, text, -1, NULL) ? json_parser_get_root (parser) : NULL;
  JsonNode *sources = root && JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), "sources") : NULL;

  if (sources && JSON_NODE_HOLDS_ARRAY (sources))
    json_array_foreach_element (json_node_get_array (sources), read_source, known);
}

static GHashTable *
news_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

GHashTable *
isr_status_news_read_left (const char *state_directory)
{
  GHashTable *left = news_new ();

  read_all (left, state_directory, G_MAXINT);
  return left;
}

gint64
isr_status_news_find_disk (GHashTable **known, const char *state_directory, const char *source)
{
  gint64 version = get_version (state_directory);

  if (!*known || version != get (*known, VERSION)) {
    g_clear_pointer (known, g_hash_table_unref);
    *known = news_new ();
    read_all (*known, state_directory, ISR_STATUS_NEWS_AGE);
    set (*known, VERSION, version);
  }
  return *source ? get (*known, source) : 0;
}
