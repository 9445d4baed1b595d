/* SPDX-License-Identifier: MIT */
/* config-private.h - making configurations; for the room's own files. */
#pragma once

#include "daemon/config/config.h"

G_BEGIN_DECLS

IsrConfig *isr_config_new (void);

IsrSourceConfig *isr_source_config_new (void);
void isr_source_config_free (IsrSourceConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSourceConfig, isr_source_config_free)

G_END_DECLS
