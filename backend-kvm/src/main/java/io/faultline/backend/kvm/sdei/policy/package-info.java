/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The choices of an SDEI dispatcher: questions, answers, settings and ready-made profiles. {@link
 * io.faultline.backend.kvm.sdei.policy.SdeiPolicy} is what the parts of a dispatcher ask.
 */
@NullMarked
package io.faultline.backend.kvm.sdei.policy;

import org.jspecify.annotations.NullMarked;
