# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: real servers on loopback, each ended by its pid."""
