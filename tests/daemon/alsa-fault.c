/* SPDX-License-Identifier: MIT */
/* alsa-fault.c - a sound card for tests, as a plugin of ALSA: what no machine without
 * hardware can do, this device does.
 *
 *     pcm_type.isrfault { lib "/.../libisrfault.so" }
 *     pcm.mic { type isrfault  error 16  text "..." }        # can not be opened
 *     pcm.mic { type isrfault  rate 48000  channels 1        # a card of one rate
 *               signal "zero" | "faint" | "tone" | "clipped" | "dc" | "left" | "loud-left"
 *               fail_after 20000  fail 32  once 1            # then reading fails
 *               speed 1100                                   # its clock, per mille
 *               hang "/.../file"                             # blocks while there is this file
 *               gone "/.../file" }                           # unplugged while there is this file
 *
 * error, fail: a number of errno.h. The clock of the card is the monotonic one, told
 * through a timer that ALSA polls. */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  snd_pcm_ioplug_t io;
  long rate, channels, fail_after, fail, once, speed;
  char signal[16];
  char hang[256], gone[256];
  uint64_t begin; /* ns */
  uint64_t lost;  /* frames that a failure swallowed */
  snd_pcm_uframes_t taken;
} Fault;

int _snd_pcm_isrfault_open (snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf, snd_pcm_stream_t stream, int mode);

static uint64_t
now_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static int
start (snd_pcm_ioplug_t *io)
{
  Fault *self = io->private_data;
  struct itimerspec tick = { { 0, 10000000 }, { 0, 10000000 } };

  self->begin = now_ns ();
  self->taken = 0;
  return timerfd_settime (io->poll_fd, 0, &tick, NULL);
}

static int
stop (snd_pcm_ioplug_t *io)
{
  struct itimerspec none = { { 0, 0 }, { 0, 0 } };

  return timerfd_settime (io->poll_fd, 0, &none, NULL);
}

static uint64_t
get_produced (Fault *self)
{
  if (!self->begin) /* not started */
    return 0;
  return (now_ns () - self->begin) / 1000 * (uint64_t) self->rate / 1000 * (uint64_t) self->speed / 1000000;
}

static snd_pcm_sframes_t
pointer (snd_pcm_ioplug_t *io)
{
  Fault *self = io->private_data;
  uint64_t produced;

  while (self->hang[0] && access (self->hang, F_OK) == 0)
    usleep (10000);
  produced = get_produced (self);
  if (self->fail && self->fail != ENODEV && produced > (uint64_t) self->fail_after) {
    int error = (int) self->fail;

    if (self->once)
      self->fail = 0;
    return -error;
  }
  if (produced - self->taken > io->buffer_size) /* not read in time */
    return -EPIPE;
  return (snd_pcm_sframes_t) (produced % io->buffer_size);
}

static int16_t
make_sample (const Fault *self, uint64_t frame, unsigned int channel)
{
  double tone = sin ((double) frame * 0.05);

  if (strcmp (self->signal, "faint") == 0)
    return (int16_t) (2 * tone);
  if (strcmp (self->signal, "clipped") == 0)
    return (int16_t) (tone > 0.5 ? 32767 : tone < -0.5 ? -32768
                                                       : 40000 * tone);
  if (strcmp (self->signal, "dc") == 0)
    return (int16_t) (6000 + 3000 * tone);
  if (strcmp (self->signal, "left") == 0)
    return channel ? 0 : (int16_t) (8000 * tone);
  if (strcmp (self->signal, "loud-left") == 0)
    return (int16_t) ((channel ? 80 : 8000) * tone);
  return strcmp (self->signal, "tone") == 0 ? (int16_t) (8000 * tone) : 0;
}

static snd_pcm_sframes_t
transfer (snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
  Fault *self = io->private_data;

  if ((self->fail == ENODEV && self->taken > (snd_pcm_uframes_t) self->fail_after) || (self->gone[0] && access (self->gone, F_OK) == 0)) { /* unplugged */
    snd_pcm_ioplug_set_state (io, SND_PCM_STATE_DISCONNECTED);
    return -ENODEV;
  }
  for (snd_pcm_uframes_t i = 0; i < size; i++)
    for (unsigned int c = 0; c < io->channels; c++) {
      int16_t *at = (int16_t *) ((char *) areas[c].addr + (areas[c].first + areas[c].step * (offset + i)) / 8);

      *at = make_sample (self, self->taken + i, c);
    }
  self->taken += size;
  return (snd_pcm_sframes_t) size;
}

static int
poll_revents (snd_pcm_ioplug_t *io, struct pollfd *pfd, unsigned int n, unsigned short *revents)
{
  uint64_t ticks;
  ssize_t got = read (io->poll_fd, &ticks, sizeof ticks);

  *revents = got > 0 ? POLLIN : 0;
  return 0;
}

static int
close_fault (snd_pcm_ioplug_t *io)
{
  close (io->poll_fd);
  free (io->private_data);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
  .start = start,
  .stop = stop,
  .pointer = pointer,
  .transfer = transfer,
  .poll_revents = poll_revents,
  .close = close_fault,
};

static int
set_up (Fault *self)
{
  static const unsigned int access[] = { SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED }, formats[] = { SND_PCM_FORMAT_S16_LE };
  snd_pcm_ioplug_t *io = &self->io;

  if (snd_pcm_ioplug_set_param_list (io, SND_PCM_IOPLUG_HW_ACCESS, 2, access) < 0 || snd_pcm_ioplug_set_param_list (io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats) < 0
      || snd_pcm_ioplug_set_param_minmax (io, SND_PCM_IOPLUG_HW_CHANNELS, (unsigned int) self->channels, (unsigned int) self->channels) < 0
      || snd_pcm_ioplug_set_param_minmax (io, SND_PCM_IOPLUG_HW_RATE, (unsigned int) self->rate, (unsigned int) self->rate) < 0)
    return -EINVAL;
  return snd_pcm_ioplug_set_param_minmax (io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 256, 65536);
}

static void
read_field (Fault *self, snd_config_t *node, const char *id, long *error, const char **text)
{
  struct {
    const char *name;
    long *value;
  } fields[] = { { "error", error }, { "rate", &self->rate }, { "channels", &self->channels }, { "fail_after", &self->fail_after }, { "fail", &self->fail }, { "once", &self->once }, { "speed", &self->speed } };
  const char *word;

  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (strcmp (id, fields[i].name) == 0)
      snd_config_get_integer (node, fields[i].value);
  if (strcmp (id, "text") == 0)
    snd_config_get_string (node, text);
  if (strcmp (id, "signal") == 0 && snd_config_get_string (node, &word) == 0)
    snprintf (self->signal, sizeof self->signal, "%s", word);
  if (strcmp (id, "hang") == 0 && snd_config_get_string (node, &word) == 0)
    snprintf (self->hang, sizeof self->hang, "%s", word);
  if (strcmp (id, "gone") == 0 && snd_config_get_string (node, &word) == 0)
    snprintf (self->gone, sizeof self->gone, "%s", word);
}

SND_PCM_PLUGIN_DEFINE_FUNC (isrfault)
{
  Fault *self = calloc (1, sizeof *self);
  snd_config_iterator_t i, next;
  const char *text = NULL;
  long error = 0;

  self->rate = 48000;
  self->channels = 1;
  self->speed = 1000;
  snd_config_for_each (i, next, conf)
  {
    snd_config_t *node = snd_config_iterator_entry (i);
    const char *id;

    if (snd_config_get_id (node, &id) == 0)
      read_field (self, node, id, &error, &text);
  }
  if (text)
    SNDERR ("%s", text);
  if (error || text || stream != SND_PCM_STREAM_CAPTURE) {
    free (self);
    return error ? (int) -error : -EINVAL;
  }
  self->io.version = SND_PCM_IOPLUG_VERSION;
  self->io.name = "isrfault";
  self->io.callback = &callbacks;
  self->io.private_data = self;
  self->io.poll_fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  self->io.poll_events = POLLIN;
  if (snd_pcm_ioplug_create (&self->io, name, stream, mode) < 0 || set_up (self) < 0)
    return -EINVAL;
  *pcmp = self->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL (isrfault);
