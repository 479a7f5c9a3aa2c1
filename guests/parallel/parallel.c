/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The program of the same name in a guest of its own, with the MMU on.
 */
#include "../programs/parallel.c"
