/* SPDX-License-Identifier: MIT */
/* ear.c - a hearing, and an analyser where the audio is encoded. */
#include "daemon/capture/ear.h"

#include "daemon/capture/analyser.h"
#include "plugins/messages.h"

struct _IsrEar {
  const IsrEarFuncs *funcs;
  gpointer data;
  IsrHearing *hearing;
  IsrAnalyser *analyser; /* NULL: raw audio */
};

void
isr_ear_take_file (IsrEar *self, const IsrRecording *recording)
{
  isr_hearing_take_file (self->hearing, recording);
}

void
isr_ear_take (IsrEar *self, const GstStructure *message)
{
  if (gst_structure_has_name (message, ISR_MESSAGE_LEVEL))
    self->funcs->heard (self->data, self, message);
  isr_hearing_take (self->hearing, message);
}

static void
on_message (gpointer data, const GstStructure *message)
{
  isr_ear_take (data, message);
}

static void
on_no_decoder (gpointer data)
{
  IsrEar *self = data;

  self->funcs->no_decoder (self->data, self);
}

static void
on_ended (gpointer data)
{
  IsrEar *self = data;
  const IsrEarFuncs *funcs = self->funcs;
  gpointer owner = self->data;

  isr_hearing_flush (self->hearing);
  isr_hearing_free (self->hearing);
  g_free (self);
  funcs->ended (owner);
}

static const IsrAnalyserFuncs analyser_funcs = { on_message, on_no_decoder, on_ended };

void
isr_ear_end (IsrEar *self)
{
  if (self->analyser)
    isr_analyser_end (self->analyser);
  else
    on_ended (self);
}

IsrEar *
isr_ear_new (const IsrSourceConfig *config, GstElement *sink, const IsrEarFuncs *funcs, gpointer data)
{
  IsrEar *self = g_new0 (IsrEar, 1);

  self->funcs = funcs;
  self->data = data;
  self->hearing = isr_hearing_new (config->name, &funcs->values, data);
  if (config->type == ISR_SOURCE_STREAM)
    self->analyser = isr_analyser_new (config, sink, &analyser_funcs, self);
  return self;
}
