/* SPDX-License-Identifier: MIT */
/* scan.c - walks the tree by directory handles: no name is looked up twice, and
 * no link leads out of it. */
#define G_LOG_DOMAIN "isr-scan"

#include "daemon/archive/scan.h"

#include "daemon/archive/place.h"
#include "daemon/core/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 32
#define PART ".part"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DIR, closedir)

static const struct {
  const char *extension, *content_type;
} kinds[] = {
  { "wav", "audio/wav" },
  { "flac", "audio/flac" },
  { "mp3", "audio/mpeg" },
  { "aac", "audio/aac" },
  { "ogg", "audio/ogg" },
  { "oga", "audio/ogg" },
  { "opus", "audio/ogg" },
  { "spx", "audio/ogg" },
  { "m4a", "audio/mp4" },
  { "mp4", "audio/mp4" },
  { "w64", "audio/x-w64" },
  { "rf64", "audio/wav" },
  { "bwf", "audio/wav" },
  { "aif", "audio/aiff" },
  { "aiff", "audio/aiff" },
  { "wma", "audio/x-ms-wma" },
  { "mka", "audio/x-matroska" },
  { "webm", "audio/webm" },
  { "mp2", "audio/mpeg" },
  { "m4b", "audio/mp4" },
  { "aifc", "audio/aiff" },
  { "caf", "audio/x-caf" },
  { "au", "audio/basic" },
  { "wv", "audio/x-wavpack" },
  { "amr", "audio/amr" },
  { "awb", "audio/amr-wb" },
};

static int
find_kind (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot && i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (dot + 1, kinds[i].extension) == 0)
      return (int) i;
  return -1;
}

const char *
isr_audio_extension (const char *name)
{
  int kind = find_kind (name);

  return kind < 0 ? NULL : kinds[kind].extension;
}

const char *
isr_audio_content_type (const char *name)
{
  int kind = find_kind (name);

  return kind < 0 ? NULL : kinds[kind].content_type;
}

void
isr_found_free (IsrFound *self)
{
  g_free (self->name);
  g_free (self);
}

/* Takes @name. */
static IsrFound *
found_new (char *name, gboolean part, const struct stat *st)
{
  IsrFound *file = g_new0 (IsrFound, 1);

  file->name = name;
  file->part = part;
  file->bytes = (guint64) st->st_size;
  file->mtime_us = st->st_mtim.tv_sec * G_TIME_SPAN_SECOND + st->st_mtim.tv_nsec / 1000;
  return file;
}

static void
add_file (GPtrArray *found, char *name, const struct stat *st)
{
  gboolean part = g_str_has_suffix (name, PART);

  if (part)
    name[strlen (name) - strlen (PART)] = '\0';
  if (!isr_audio_extension (name)) {
    g_free (name);
    return;
  }
  g_ptr_array_add (found, found_new (name, part, st));
}

static DIR *
open_directory (int parent, const char *name)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *directory = fd < 0 ? NULL : fdopendir (fd);

  if (fd >= 0 && !directory)
    close (fd);
  return directory;
}

static void walk (GPtrArray *found, DIR *directory, const char *prefix, guint depth);

static void
visit (GPtrArray *found, int parent, const char *base, const char *prefix, guint depth)
{
  g_autofree char *name = *prefix ? g_strconcat (prefix, "/", base, NULL) : g_strdup (base);
  struct stat st;

  if (fstatat (parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
    return; /* gone since */
  if (S_ISREG (st.st_mode)) {
    add_file (found, g_steal_pointer (&name), &st);
  } else if (S_ISDIR (st.st_mode) && depth < MAX_DEPTH) {
    g_autoptr (DIR) directory = open_directory (parent, base);

    if (directory)
      walk (found, directory, name, depth + 1);
    else
      g_warning ("%s: can not be read: %s; what lies in it is passed over", name, g_strerror (errno));
  }
}

static void
walk (GPtrArray *found, DIR *directory, const char *prefix, guint depth)
{
  struct dirent *entry;

  while ((entry = readdir (directory))) {
    if (*entry->d_name == '.')
      continue;
    if (entry->d_type != DT_REG && entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN)
      continue;
    if (g_utf8_validate (entry->d_name, -1, NULL)) {
      visit (found, dirfd (directory), entry->d_name, prefix, depth);
    } else {
      g_autofree char *readable = g_filename_display_name (entry->d_name);

      g_message ("%s/%s: the name is not UTF-8; the file is passed over", prefix, readable);
    }
  }
}

IsrFound *
isr_scan_file (const char *directory, const char *name)
{
  struct stat st;

  if (!isr_audio_extension (name) || !isr_place_stat (directory, name, &st) || !S_ISREG (st.st_mode))
    return NULL;
  return found_new (g_strdup (name), FALSE, &st);
}

GPtrArray *
isr_scan (const char *path, GError **error)
{
  g_autoptr (DIR) directory = opendir (path);
  GPtrArray *found;

  if (!directory) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be read: %s; check that it exists and who owns it", path, g_strerror (errno));
    return NULL;
  }
  found = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_found_free);
  walk (found, directory, "", 0);
  return found;
}
