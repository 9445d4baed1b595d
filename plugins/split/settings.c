/* SPDX-License-Identifier: MIT */
/* settings.c - defaults, copies, and what can be known to be wrong before the first byte. */
#include "plugins/split/settings.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "plugins/split/boundary.h"

void
isr_split_settings_init (IsrSplitSettings *self)
{
  *self = (IsrSplitSettings){
    .location = g_strdup (ISR_SPLIT_DEFAULT_LOCATION),
    .source = g_strdup (ISR_SPLIT_DEFAULT_SOURCE),
    .split_interval = ISR_SPLIT_DEFAULT_INTERVAL,
    .split_offset = ISR_SPLIT_DEFAULT_OFFSET,
    .format = ISR_SPLIT_DEFAULT_FORMAT,
    .start_time = GST_CLOCK_TIME_NONE,
    .resume_time = GST_CLOCK_TIME_NONE,
    .sync_interval = ISR_SPLIT_DEFAULT_SYNC_INTERVAL,
    .fsync_interval = ISR_SPLIT_DEFAULT_FSYNC_INTERVAL,
    .max_pending = ISR_SPLIT_DEFAULT_MAX_PENDING,
    .disk_retry = ISR_SPLIT_DEFAULT_DISK_RETRY,
  };
}

void
isr_split_settings_copy (IsrSplitSettings *self, const IsrSplitSettings *from)
{
  *self = *from;
  self->location = g_strdup (from->location);
  self->source = g_strdup (from->source);
  self->timezone = g_strdup (from->timezone);
}

void
isr_split_settings_clear (IsrSplitSettings *self)
{
  g_clear_pointer (&self->location, g_free);
  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->timezone, g_free);
}

/* The directory that is in every name, whatever the time. */
static char *
fixed_directory (const char *location)
{
  g_autofree char *fixed = g_strndup (location, strcspn (location, "%{"));
  char *slash = strrchr (fixed, '/');

  if (!slash)
    return g_strdup (".");
  slash[slash == fixed ? 1 : 0] = '\0';
  return g_steal_pointer (&fixed);
}

static gboolean
check_directory (const char *location, GError **error)
{
  g_autofree char *directory = fixed_directory (location);
  g_autofree char *nearest = g_strdup (directory);
  int code = 0;

  while (!g_file_test (nearest, G_FILE_TEST_EXISTS) && strchr (nearest, '/') && strlen (nearest) > 1) {
    char *above = g_path_get_dirname (nearest);

    g_free (nearest);
    nearest = above;
  }
  if (g_file_test (nearest, G_FILE_TEST_EXISTS) && !g_file_test (nearest, G_FILE_TEST_IS_DIR))
    code = ENOTDIR;
  else if (g_file_test (nearest, G_FILE_TEST_IS_DIR) && access (nearest, W_OK | X_OK) < 0)
    code = errno;
  if (code == 0)
    return TRUE;
  g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE,
      "Nothing can be recorded into \"%s\": %s: %s (errno %d). Set location to a directory that this user may write.",
      directory, nearest, g_strerror (code), code);
  return FALSE;
}

gboolean
isr_split_settings_check (const IsrSplitSettings *self, GError **error)
{
  g_autoptr (GTimeZone) zone = isr_boundary_zone (self->timezone);
  g_autoptr (GError) naming = NULL;

  if (!zone) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "timezone \"%s\" is not known here. Use a name of the zone database, as Europe/Berlin, an offset, as +05:30, or UTC.", self->timezone);
    return FALSE;
  }
  if (!isr_naming_check (self->location, &naming)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "location: %s", naming->message);
    return FALSE;
  }
  if (self->split_interval && self->split_interval < ISR_SPLIT_INTERVAL_MIN) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
        "split-interval is %" G_GUINT64_FORMAT " ns; it must be 0 (never) or at least 100000000 ns (100 ms).", self->split_interval);
    return FALSE;
  }
  return check_directory (self->location, error);
}
