/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.paging;

/** Which answers of a pager count (xen.md 7.4, XEN-186). */
public interface AnswerRules {
    /**
     * Tells whether an answer is read at all.
     *
     * @param version version of the entry, any value
     * @param vcpu vCPU of the entry, any value
     * @param vcpus number of vCPUs
     * @return false if the version is another one or there is no such vCPU
     */
    boolean isGood(int version, int vcpu, int vcpus);

    /**
     * Tells whether an answer has its effects.
     *
     * @param pauses by how many events its vCPU is paused
     * @return false if it is paused by none
     */
    boolean hasEffect(int pauses);
}
