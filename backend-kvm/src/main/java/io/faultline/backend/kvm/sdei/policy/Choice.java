/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei.policy;

import java.util.Locale;

/**
 * One answer to a question that the specification leaves open, or on which the known dispatchers disagree. Each question is
 * an enum of its answers, with the default first.
 *
 * @since 0.1
 */
public sealed interface Choice permits CallChoice, DispatchChoice, OfferChoice {
    /**
     * Returns the name of the constant.
     *
     * @return the name in Java
     */
    String name();

    /**
     * Returns the answer as it is written in a setting.
     *
     * @return lower case, with hyphens
     */
    default String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
