/* SPDX-License-Identifier: MIT */
/* format.h - all of plugins/format for those outside: the daemon includes this. */
#pragma once

#include "plugins/format/cut.h"
#include "plugins/format/file.h"
#include "plugins/format/flac-decode.h"
#include "plugins/format/growing.h"
#include "plugins/format/icy.h"
#include "plugins/format/input.h"
#include "plugins/format/output.h"
#include "plugins/format/pcm-reader.h"
#include "plugins/format/probe.h"
#include "plugins/format/relay.h"
#include "plugins/format/naming.h"
#include "plugins/format/repair.h"
#include "plugins/format/shape.h"
#include "plugins/format/stream.h"
#include "plugins/format/unpack.h"
