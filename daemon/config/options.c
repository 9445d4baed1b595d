/* SPDX-License-Identifier: MIT */
/* options.c - the one table of options: it parses, documents and tests itself.
 *
 * Each row says where a key may stand, what may be written there, what holds
 * when nothing is, and which field takes it. The loader, the error messages,
 * `isr check`, the table in README.md and the tests all walk these rows, so a
 * default or a range is stated once: here. */
#include "daemon/config/options.h"

#include "daemon/config/values.h"

#define GENERAL ISR_GROUP_GENERAL
#define SOURCES ISR_GROUP_SOURCES
#define STREAM ISR_GROUP_STREAM
#define CARD ISR_GROUP_SOUNDCARD
#define TEST ISR_GROUP_TEST
#define WEB ISR_GROUP_WEB
#define STORAGE ISR_GROUP_STORAGE
#define HOOKS ISR_GROUP_HOOKS
#define MQTT ISR_GROUP_MQTT

#define CONFIG(field) .in_config = G_STRUCT_OFFSET (IsrConfig, field)
#define SOURCE(field) .in_source = G_STRUCT_OFFSET (IsrSourceConfig, field)
#define RANGE(low, high, what, ns) .min = low, .max = high, .unit = what, .scale = ns

#define SECOND 1e9
#define MINUTE 60e9

#ifdef ISR_WITH_HTTP
#define HTTP_SOURCE "isrhttpsrc"
#else
#define HTTP_SOURCE "souphttpsrc" /* GStreamer's own, where ours was not built */
#endif

#ifdef ISR_WITH_MQTT
#define NEEDS_MQTT .later = FALSE
#else
#define NEEDS_MQTT .later = TRUE
#endif

/* clang-format off */
static const IsrOption options[] = {
  { SOURCES, "type", NULL, "What the source is; each source says it itself.",
    isr_set_type, "stream soundcard test", SOURCE (type) },

  { GENERAL | SOURCES, "output_directory", "recordings", "Where recordings go, relative to the working directory or absolute. A source's own must lie below the general one.",
    isr_set_path, CONFIG (output_directory), SOURCE (output_directory) },
  { GENERAL | SOURCES, "filename_pattern", "{source}/%Y-%m-%d/{source}_%Y%m%dT%H%M%S%z", "Name of a file below the output directory, without its extension: strftime's codes and `{source}`.",
    isr_set_pattern, SOURCE (filename_pattern) },
  { GENERAL | SOURCES, "split_minutes", "60", "Length of a file; files begin on the clock. 0 = never split; 0.1 = six seconds, at least 100 ms.",
    isr_set_duration, RANGE (0, 1440, "minutes", MINUTE), SOURCE (split_interval) },
  { GENERAL | SOURCES, "split_offset_minutes", "0", "Moves the boundaries: 5 with files of an hour splits at five past.",
    isr_set_duration, RANGE (0, 1440, "minutes", MINUTE), SOURCE (split_offset) },
  { GENERAL | SOURCES, "timezone", NULL, "Zone of names and boundaries, such as Europe/Berlin; the system's when unset.",
    isr_set_zone, CONFIG (timezone), SOURCE (timezone) },
  { GENERAL | SOURCES, "sync_seconds", "1", "How often what was recorded is written to the file: at most this much is lost when ISR is killed.",
    isr_set_duration, RANGE (0.01, 60, "seconds", SECOND), SOURCE (sync_interval) },
  { GENERAL | SOURCES, "fsync_seconds", "30", "How often the file is forced onto the medium: at most this much is lost at a power cut. 0 = when it is closed.",
    isr_set_duration, RANGE (0, 3600, "seconds", SECOND), SOURCE (fsync_interval) },
  { GENERAL | SOURCES, "max_retries", "0", "Failures in a row after which a source is given up. 0 = never.",
    isr_set_count, RANGE (0, 1000000, NULL, 1), SOURCE (max_retries) },
  { GENERAL | SOURCES, "retry_delay_seconds", "5", "Pause before a failed source is tried again; it doubles up to two minutes.",
    isr_set_duration, RANGE (0.1, 3600, "seconds", SECOND), SOURCE (retry_delay) },
  { GENERAL, "log_level", "INFO", "The least severe messages that are logged.",
    isr_set_log_level, "DEBUG INFO WARNING ERROR CRITICAL", CONFIG (log_level) },
  { GENERAL, "log_file", NULL, "A file that gets the messages too; stderr always has them.",
    isr_set_path, CONFIG (log_file) },

  { GENERAL | SOURCES, "loudness", "on", "Live analysis of loudness.",
    isr_set_flag, SOURCE (loudness) },
  { GENERAL | SOURCES, "margin", "12", "How far above the noise floor an event must be.",
    isr_set_decimal, RANGE (1, 60, "dB", 1), CONFIG (margin), SOURCE (margin) },
  { GENERAL | SOURCES, "min_gap", "2", "Events closer than this are one.",
    isr_set_duration, RANGE (0.1, 600, "seconds", SECOND), CONFIG (min_gap), SOURCE (min_gap) },
  { GENERAL | SOURCES, "mode", "adaptive", "How loud events are found.",
    isr_set_word, "adaptive blocks", CONFIG (mode), SOURCE (mode) },

  { STREAM, "url", NULL, "Address of the stream, http:// or https://. Needed.",
    isr_set_url, SOURCE (url) },
  { STREAM, "username", NULL, "For a stream that wants a login.",
    isr_set_text, SOURCE (username) },
  { STREAM, "password", NULL, "For a stream that wants a login; better in a password_file.",
    isr_set_text, SOURCE (password) },
  { STREAM, "password_file", NULL, "A file whose first line is the password.",
    isr_set_secret, SOURCE (password) },
  { STREAM, "format", "auto", "What the stream is meant to be; anything else is recorded too, and warned about. Streams are kept as they are, never encoded again.",
    isr_set_word, "auto mp3 ogg aac flac opus", SOURCE (format) },
  { GENERAL | STREAM, "stall_seconds", "5", "A connection that is silent for so long is given up and made anew.",
    isr_set_duration, RANGE (1, 3600, "seconds", SECOND), SOURCE (stall) },
  { GENERAL | STREAM, "http_source", HTTP_SOURCE, "The GStreamer element that receives streams; only isrhttpsrc connects again without a seam.",
    isr_set_word, "isrhttpsrc souphttpsrc", SOURCE (http_source) },

  { CARD, "device", "default", "Card, PCM or part of its name; `isr --list-devices` shows them.",
    isr_set_text, SOURCE (device) },
  { GENERAL | CARD, "sample_rate", "native", "Samples per second; native = the device's own.",
    isr_set_count, "native", RANGE (1000, 768000, "Hz", 1), SOURCE (sample_rate) },
  { GENERAL | CARD, "channels", "native", "Number of channels; native = the device's own.",
    isr_set_count, "native", RANGE (1, 64, NULL, 1), SOURCE (channels) },
  { CARD | TEST, "format", "flac", "Format of the files; both are lossless.",
    isr_set_word, "flac wav", SOURCE (format) },
  { TEST, "scene", "demo", "What the synthetic source plays: a room with loud things, digital zero, a sine, numbered samples.",
    isr_set_word, "demo silence tone counter", SOURCE (scene) },

  { WEB, "listen", "127.0.0.1:8080", "Where the web page is served: host:port, [v6]:port, :port (all addresses), or none. Port 0 = any free one.",
    isr_set_listen, CONFIG (listen_host) },
  { WEB, "password_file", NULL, "A file whose first line is the page's password, or a hash of it by crypt(3). Changing anything needs it then, reading does not.",
    isr_set_path, CONFIG (web_password_file) },
  { WEB, "tls_certificate", NULL, "PEM file with the certificate for https, and those that lead from it to a known authority.",
    isr_set_path, CONFIG (tls_certificate) },
  { WEB, "tls_key", NULL, "PEM file with the certificate's key; without it the key is in the file of the certificate.",
    isr_set_path, CONFIG (tls_key) },
  { WEB, "allow_origins", NULL, "Other web pages that may use the API, such as https://studio.example, and names by which a reverse proxy makes us known.",
    isr_set_list, CONFIG (allow_origins) },
  { WEB, "connections_per_address", "256", "Connections that one address (of IPv6 a network of /64) may have at the same time; a reverse proxy on another machine may need more. This machine's own are not counted. 0 = any number.",
    isr_set_count, RANGE (0, 2048, "connections", 1), CONFIG (connections_per_address) },

  { STORAGE, "state_directory", NULL, "Where ISR keeps its own files; the output directory when unset.",
    isr_set_path, CONFIG (state_directory) },
  { SOURCES, "keep_days", NULL, "Recordings of this source that are older are deleted; what [storage] says when unset. 0 = never.",
    isr_set_count, RANGE (0, 36500, "days", 1), SOURCE (keep_days), .unheard = TRUE },
  { STORAGE, "keep_days", "0", "Recordings older than this are deleted. 0 = never.",
    isr_set_count, RANGE (0, 36500, "days", 1), CONFIG (keep_days) },
  { STORAGE, "min_free", NULL, "Space that is kept free by deleting the oldest recordings, in GB or %.",
    isr_set_free, RANGE (0, 1e6, "GB", 1e9), CONFIG (min_free) },
  { STORAGE, "trash_days", "7", "How long deleted recordings stay in the trash.",
    isr_set_count, RANGE (0, 36500, "days", 1), CONFIG (trash_days) },

  { HOOKS, "on_state", NULL, "Run when a source records, drops out, is given up or is stopped.",
    isr_set_command, CONFIG (on_state) },
  { HOOKS, "on_file", NULL, "Run when a file is finished.",
    isr_set_command, CONFIG (on_file) },
  { HOOKS, "on_gap", NULL, "Run when a hole in a recording is over.",
    isr_set_command, CONFIG (on_gap) },
  { HOOKS, "on_event", NULL, "Run when a loud event is over.",
    isr_set_command, CONFIG (on_event) },
  { HOOKS, "webhook", NULL, "A web server that is told the same by POST, as JSON.",
    isr_set_url, CONFIG (webhook) },
  { HOOKS, "webhook_events", "state file gap event", "What it is told.",
    isr_set_words, "state file gap event", CONFIG (webhook_events) },
  { HOOKS, "timeout_seconds", "30", "A command that takes longer is ended, a web server that does not answer is tried again.",
    isr_set_duration, RANGE (1, 3600, "seconds", SECOND), CONFIG (hook_limit) },

  { MQTT, "server", NULL, "The broker that is told how the sources are; none when unset.",
    isr_set_broker, CONFIG (mqtt_host), NEEDS_MQTT },
  { MQTT, "username", NULL, "For a broker that wants a login.",
    isr_set_text, CONFIG (mqtt_username), NEEDS_MQTT },
  { MQTT, "password_file", NULL, "A file whose first line is the broker's password.",
    isr_set_secret, CONFIG (mqtt_password), NEEDS_MQTT },
  { MQTT, "ca_file", NULL, "PEM file with the authorities that a broker of mqtts: is trusted by; the system's when unset.",
    isr_set_path, CONFIG (mqtt_ca_file), NEEDS_MQTT },
  { MQTT, "topic", "isr", "What our topics begin with; another one for each ISR at a broker.",
    isr_set_topic, CONFIG (mqtt_topic), NEEDS_MQTT },
  { MQTT, "discovery_prefix", "homeassistant", "Where Home Assistant looks for new devices, or none.",
    isr_set_topic, CONFIG (mqtt_discovery_prefix), NEEDS_MQTT },
};
/* clang-format on */

const IsrOption *
isr_options_get (guint *n)
{
  *n = G_N_ELEMENTS (options);
  return options;
}

const IsrOption *
isr_options_find (guint group, const char *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i].groups & group && g_str_equal (options[i].key, key))
      return &options[i];
  return NULL;
}

GPtrArray *
isr_options_list_keys (guint wanted)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i].groups & wanted && !options[i].later)
      g_ptr_array_add (keys, (gpointer) options[i].key);
  return keys;
}

char *
isr_groups_describe (guint wanted)
{
  static const struct {
    guint groups;
    const char *name;
  } names[] = {
    { GENERAL, "[general]" },
    { SOURCES, "a source" },
    { STREAM, "a source with type = stream" },
    { CARD, "a source with type = soundcard" },
    { TEST, "a source with type = test" },
    { WEB, "[web]" },
    { STORAGE, "[storage]" },
    { HOOKS, "[hooks]" },
    { MQTT, "[mqtt]" },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((wanted & names[i].groups) == names[i].groups) {
      g_string_append_printf (text, "%s%s", text->len ? " or " : "", names[i].name);
      wanted &= ~names[i].groups;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
describe_number (const IsrOption *self)
{
  char min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];
  const char *kind = self->set == isr_set_count ? "whole number" : "number";
  g_autofree char *unit = self->unit ? g_strdup_printf (" (%s)", self->unit) : g_strdup ("");
  g_autofree char *word = self->words ? g_strdup_printf ("%s, or ", self->words) : g_strdup ("");

  /* With a point in every locale, as it has to be written. */
  g_ascii_formatd (min, sizeof min, "%.12g", self->min);
  g_ascii_formatd (max, sizeof max, "%.12g", self->max);
  return g_strdup_printf ("%sa %s from %s to %s%s", word, kind, min, max, unit);
}

static char *
describe_words (const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  return list[1] ? g_strjoinv (", ", list) : g_strdup (words);
}

char *
isr_option_describe (const IsrOption *self)
{
  static const struct {
    IsrOptionSet set;
    const char *text;
  } texts[] = {
    { isr_set_text, "a text" },
    { isr_set_path, "a path" },
    { isr_set_secret, "the path of a readable file" },
    { isr_set_flag, "on or off" },
    { isr_set_free, "a size in GB or a share in %, such as 20 GB or 10 %" },
    { isr_set_zone, "a name of the zone database, such as Europe/Berlin" },
    { isr_set_pattern, "strftime's codes and {source}, without extension" },
    { isr_set_command, "a program and its arguments, quoted as in a shell; no shell runs it" },
    { isr_set_url, "an address that begins with http:// or https://" },
    { isr_set_listen, "host:port, [v6]:port, :port or none" },
    { isr_set_broker, "host, host:port or mqtts://host:port" },
    { isr_set_topic, "a topic, without + and #" },
    { isr_set_list, "a list, separated by blanks" },
  };
  g_autofree char *words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i].set == self->set)
      return g_strdup (texts[i].text);
  if (self->set == isr_set_words) {
    words = describe_words (self->words);
    return g_strconcat ("some of ", words, NULL);
  }
  return self->unit || self->max > 0 ? describe_number (self) : describe_words (self->words);
}

gboolean
isr_option_apply (const IsrOption *self, const char *value, IsrConfig *config, IsrSourceConfig *source, GError **error)
{
  if (config && self->in_config && !self->set (self, value, (char *) config + self->in_config, error))
    return FALSE;
  if (source && self->in_source && !self->set (self, value, (char *) source + self->in_source, error))
    return FALSE;
  return TRUE;
}
