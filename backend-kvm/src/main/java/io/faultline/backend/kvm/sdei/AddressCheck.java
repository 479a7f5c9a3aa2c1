/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

/**
 * Which addresses a client may give as entry point or as resume address, whatever its translation says.
 *
 * @since 0.1
 */
public interface AddressCheck {
    /**
     * Judges an entry point.
     *
     * @param address virtual address at EL1
     * @return true if EVENT_REGISTER accepts it
     */
    boolean isEntryPoint(long address);

    /**
     * Judges a resume address.
     *
     * @param address virtual address at EL1
     * @return true if EVENT_COMPLETE_AND_RESUME accepts it
     */
    boolean isResumeAddress(long address);
}
