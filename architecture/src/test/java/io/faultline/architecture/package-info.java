/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The walls of the house, as tests. {@link io.faultline.architecture.Walls} says which module may use which,
 * {@link io.faultline.architecture.Determinism} what would make two runs differ, and
 * {@link io.faultline.architecture.HouseStyle} the rest. A rule that cannot fail is worth nothing, so each has a fixture
 * that breaks it: the packages named {@code wrong} of this source tree.
 */
package io.faultline.architecture;
