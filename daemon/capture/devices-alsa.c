/* SPDX-License-Identifier: MIT */
/* devices-alsa.c - cards through their control devices, PCMs through the
 * configuration, ranges by opening without conversion.
 *
 * /proc/asound is masked in containers, so cards are asked through
 * /dev/snd/controlC*. snd_device_name_hint() passes over PCMs without a
 * `hint {}` block, which is what people write: so the configuration itself is
 * read, and what the stock files define as well is left out. */
#include "daemon/capture/devices-alsa.h"

#include "daemon/capture/alsalog.h"
#include "daemon/capture/usbpath.h"
#include "daemon/core/error.h"

#include <alsa/asoundlib.h>
#include <string.h>

#define STOCK_FILE "/usr/share/alsa/alsa.conf"
#define STOCK_DIRECTORY "/usr/share/alsa/alsa.conf.d"

#define NATIVE (SND_PCM_NONBLOCK | SND_PCM_NO_AUTO_RESAMPLE | SND_PCM_NO_AUTO_CHANNELS | SND_PCM_NO_AUTO_FORMAT)

/* Widest first; what isrsplitsink can write. */
static const struct {
  snd_pcm_format_t alsa;
  const char *gst;
} formats[] = {
  { SND_PCM_FORMAT_S32_LE, "S32LE" },
  { SND_PCM_FORMAT_S24_LE, "S24_32LE" },
  { SND_PCM_FORMAT_S24_3LE, "S24LE" },
  { SND_PCM_FORMAT_FLOAT_LE, "F32LE" },
  { SND_PCM_FORMAT_S16_LE, "S16LE" },
};

static int
read_range (snd_pcm_t *pcm, IsrDeviceRange *range)
{
  snd_pcm_hw_params_t *params = NULL;
  int err, direction = 0;

  snd_pcm_hw_params_alloca (&params);
  if ((err = snd_pcm_hw_params_any (pcm, params)) < 0)
    return err;
  snd_pcm_hw_params_get_rate_min (params, &range->rate_min, &direction);
  snd_pcm_hw_params_get_rate_max (params, &range->rate_max, &direction);
  snd_pcm_hw_params_get_channels_min (params, &range->channels_min);
  snd_pcm_hw_params_get_channels_max (params, &range->channels_max);
  range->format = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (formats) && !range->format; i++)
    if (snd_pcm_hw_params_test_format (pcm, params, formats[i].alsa) == 0)
      range->format = formats[i].gst;
  return 0;
}

static int
measure (const char *id, int mode, IsrDeviceRange *range)
{
  snd_pcm_t *pcm = NULL;
  int err = snd_pcm_open (&pcm, id, SND_PCM_STREAM_CAPTURE, mode);

  if (err < 0)
    return err;
  err = read_range (pcm, range);
  snd_pcm_close (pcm);
  return MIN (err, 0);
}

gboolean
isr_devices_alsa_measure (IsrDevice *device, GError **error)
{
  g_autofree char *words = NULL;
  int err;

  isr_alsalog_begin ();
  err = measure (device->id, NATIVE, &device->range);
  device->limits = device->range;
  if (err == 0 && device->kind == ISR_DEVICE_PCM) /* conversion is what such names are for */
    err = measure (device->id, SND_PCM_NONBLOCK, &device->limits);
  isr_alsalog_end ();
  words = isr_alsalog_take ();
  if (err == 0)
    return TRUE;
  g_set_error (error, ISR_ERROR, err == -EBUSY ? ISR_ERROR_BUSY : ISR_ERROR_DEVICE, "device “%s” can not be opened for recording: %s%s%s%s", device->id, snd_strerror (err), words ? " (ALSA says: " : "", words ? words : "", words ? ")" : "");
  return FALSE;
}

static void
add_measured (GPtrArray *devices, IsrDevice *device)
{
  g_autoptr (GError) error = NULL;

  if (!isr_devices_alsa_measure (device, &error))
    device->problem = g_strdup (error->message);
  g_ptr_array_add (devices, device);
}

static void
list_card (GPtrArray *devices, snd_ctl_t *ctl)
{
  snd_ctl_card_info_t *card = NULL;
  snd_pcm_info_t *pcm = NULL;
  int number = -1;

  snd_ctl_card_info_alloca (&card);
  snd_pcm_info_alloca (&pcm);
  if (snd_ctl_card_info (ctl, card) < 0)
    return;
  while (snd_ctl_pcm_next_device (ctl, &number) == 0 && number >= 0) {
    const char *id = snd_ctl_card_info_get_id (card);
    g_autofree char *hw = g_strdup_printf ("hw:CARD=%s,DEV=%d", id, number);
    g_autofree char *name = NULL;
    IsrDevice *device;

    snd_pcm_info_set_device (pcm, number);
    snd_pcm_info_set_subdevice (pcm, 0);
    snd_pcm_info_set_stream (pcm, SND_PCM_STREAM_CAPTURE);
    if (snd_ctl_pcm_info (ctl, pcm) < 0)
      continue;
    name = g_strdup_printf ("%s, %s", snd_ctl_card_info_get_name (card), snd_pcm_info_get_name (pcm));
    device = isr_device_new (ISR_DEVICE_CARD, hw, name);
    device->card = g_strdup (id);
    device->usb = isr_usb_path_of_card ("/sys", snd_ctl_card_info_get_card (card));
    add_measured (devices, device);
  }
}

void
isr_devices_alsa_list_cards (GPtrArray *devices)
{
  int number = -1;

  while (snd_card_next (&number) == 0 && number >= 0) {
    g_autofree char *name = g_strdup_printf ("hw:%d", number);
    snd_ctl_t *ctl = NULL;

    if (snd_ctl_open (&ctl, name, SND_CTL_NONBLOCK) < 0)
      continue;
    list_card (devices, ctl);
    snd_ctl_close (ctl);
  }
}

/* --- the configuration --- */

static void
load_file (snd_config_t *top, const char *path)
{
  snd_input_t *input = NULL;

  if (snd_input_stdio_open (&input, path, "r") < 0)
    return;
  snd_config_load (top, input);
  snd_input_close (input);
}

/* What comes with ALSA itself: read without running its hooks, which would pull
 * in the files of people. */
static snd_config_t *
load_stock (void)
{
  g_autoptr (GDir) dir = g_dir_open (STOCK_DIRECTORY, 0, NULL);
  snd_config_t *top = NULL;
  const char *name;

  if (snd_config_top (&top) < 0)
    return NULL;
  load_file (top, STOCK_FILE);
  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (STOCK_DIRECTORY, name, NULL);

    load_file (top, path);
  }
  return top;
}

/* The configuration that snd_pcm_open() uses: ALSA_CONFIG_PATH, hooks and all. */
static snd_config_t *
load_all (void)
{
  snd_config_update_t *update = NULL;
  snd_config_t *top = NULL;

  isr_alsalog_begin ();
  if (snd_config_update_r (&top, &update, NULL) < 0)
    top = NULL;
  isr_alsalog_end ();
  if (update)
    snd_config_update_free (update);
  return top;
}

static void
unload (snd_config_t *top)
{
  if (top)
    snd_config_delete (top);
}

static char *
to_text (snd_config_t *node)
{
  snd_output_t *output = NULL;
  char *buffer = NULL, *text = NULL;
  size_t size;

  if (snd_output_buffer_open (&output) < 0)
    return NULL;
  if (snd_config_save (node, output) == 0) {
    size = snd_output_buffer_string (output, &buffer);
    text = g_strndup (buffer, size);
  }
  snd_output_close (output);
  return text;
}

static snd_config_t *
find (snd_config_t *top, const char *name)
{
  snd_config_t *pcms = NULL, *node = NULL;

  if (!top || snd_config_search (top, "pcm", &pcms) < 0 || snd_config_search (pcms, name, &node) < 0)
    return NULL;
  return node;
}

/* Defined by people: not in the stock files, or not as it is there. Templates
 * with arguments are no devices by themselves. */
static gboolean
is_own (snd_config_t *node, const char *id, snd_config_t *stock)
{
  snd_config_t *args = NULL, *twin = find (stock, id);
  g_autofree char *text = NULL, *twin_text = NULL;

  if (snd_config_get_type (node) == SND_CONFIG_TYPE_COMPOUND && snd_config_search (node, "@args", &args) == 0)
    return FALSE;
  if (!twin)
    return TRUE;
  text = to_text (node);
  twin_text = to_text (twin);
  return g_strcmp0 (text, twin_text) != 0;
}

static void
add_pcm (GPtrArray *devices, snd_config_t *node, const char *id)
{
  snd_config_t *hint = NULL;
  const char *type = NULL, *words = NULL;
  g_autofree char *name = NULL;

  if (snd_config_get_type (node) == SND_CONFIG_TYPE_COMPOUND) {
    if (snd_config_search (node, "hint.description", &hint) == 0)
      snd_config_get_string (hint, &words);
    if (snd_config_search (node, "type", &hint) == 0)
      snd_config_get_string (hint, &type);
  } else {
    snd_config_get_string (node, &type);
  }
  name = g_strdup_printf ("%s (asound.conf: %s)", words ? words : id, type ? type : "?");
  add_measured (devices, isr_device_new (ISR_DEVICE_PCM, id, name));
}

void
isr_devices_alsa_list_pcms (GPtrArray *devices)
{
  snd_config_t *all = load_all (), *stock = load_stock (), *pcms = NULL;
  snd_config_iterator_t i, next;

  if (all && snd_config_search (all, "pcm", &pcms) == 0)
    snd_config_for_each (i, next, pcms)
    {
      snd_config_t *node = snd_config_iterator_entry (i);
      const char *id = NULL;

      if (snd_config_get_id (node, &id) == 0 && id && is_own (node, id, stock))
        add_pcm (devices, node, id);
    }
  unload (all);
  unload (stock);
}

gboolean
isr_devices_alsa_has_pcm (const char *name)
{
  snd_config_t *all = load_all ();
  gboolean found = !strchr (name, '.') && find (all, name);

  unload (all);
  return found;
}

static char *
get_string (snd_config_t *node, const char *key)
{
  snd_config_t *leaf = NULL;
  const char *text = NULL;

  if (snd_config_search (node, key, &leaf) == 0 && snd_config_get_string (leaf, &text) == 0)
    return g_strdup (text);
  return NULL;
}

/* The definition behind @name, through as many plugs as there are. */
static snd_config_t *
find_behind (snd_config_t *all, const char *name, gboolean *direct)
{
  g_autofree char *next = g_strdup (name);

  *direct = TRUE;
  for (int depth = 0; depth < 8 && next && !strpbrk (next, ".:"); depth++) {
    snd_config_t *node = find (all, next);
    g_autofree char *type = NULL;

    if (!node || snd_config_get_type (node) != SND_CONFIG_TYPE_COMPOUND)
      return NULL;
    type = get_string (node, "type");
    if (g_strcmp0 (type, "plug") != 0)
      return g_strcmp0 (type, "pulse") == 0 ? node : NULL;
    g_free (next);
    next = get_string (node, "slave.pcm");
    *direct = FALSE;
  }
  return NULL;
}

gboolean
isr_devices_alsa_get_pulse (const char *name, char **server, char **source, gboolean *direct)
{
  snd_config_t *all = load_all (), *node = find_behind (all, name, direct);

  if (node) {
    *server = get_string (node, "server");
    *source = get_string (node, "device");
  }
  unload (all);
  return node != NULL;
}
