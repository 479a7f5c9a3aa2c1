/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.hwmodel.gic;

/**
 * What a line is at the moments at which somebody looks, see {@link Redistributor#resampleAtEnd}.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface LevelSource {
    /**
     * Tells the level now. Called by the thread that drives the machine, in the middle of the end of an interrupt.
     *
     * @param pe index of the PE
     * @param ppi INTID 16 to 31
     * @return true for asserted
     */
    boolean isHigh(int pe, int ppi);
}
