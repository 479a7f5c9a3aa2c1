/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.paging;

import java.nio.ByteBuffer;

/**
 * The pager's side of a hypervisor that has a paging protocol of its own: a ring of requests and answers, and calls that move
 * a page through its life (xen.md 7.1 to 7.6). The guest sees nothing of it.
 *
 * <p>A page is taken away in two steps, so that it can be copied while nobody changes it: {@link #nominate}, {@link #read},
 * {@link #evict}. An access of the guest puts a request into the ring and pauses the vCPU; so does one that comes between
 * the two steps, and {@link #evict} fails then. The pager hands the content back by {@link #prepare} and answers the request
 * in the ring, which unpauses the vCPU: {@link #resume} says that there are answers. A run of a paused vCPU ends with
 * {@link io.faultline.api.machine.VcpuExit.WaitForPage}, not interruptible, and so does that of one for which the ring has no
 * room to ask; a vCPU that is kept back for want of room without waiting for a page ends with a backend's own
 * {@link io.faultline.api.machine.VcpuExit.BackendSpecific}.
 *
 * <p>Results are 0 or a negative error number of the hypervisor. No content of the ring makes a method throw. A page that is
 * paged out here is the pager's business alone: no page source is asked for it, and the guest is told of no fault.
 *
 * <p>Called by the thread that drives the machine, never while a vCPU runs. None of the methods blocks.
 *
 * @since 0.1
 */
public interface MemoryPager {
    /** Size of the ring in bytes. */
    int RING_BYTES = 4096;

    /**
     * Begins: an empty ring, from which the hypervisor takes answers.
     *
     * @return 0; -16 if there is a pager already
     */
    int enable();

    /**
     * Ends. Pages that are away stay away, and a guest that touches one without a pager has crashed: bring them in before.
     *
     * @return 0; -16 as long as vCPUs wait for a free entry of the ring, -19 if there is no pager
     */
    int disable();

    /**
     * Tells whether there is a ring.
     *
     * @return true between {@link #enable()} and {@link #disable()}, also in a machine that took over such a state
     */
    boolean isEnabled();

    /**
     * Returns the version of the entries.
     *
     * @return what each answer has to carry
     */
    int version();

    /**
     * Returns the ring: memory of the host that no guest can map. What is written there is what the hypervisor reads.
     *
     * @return {@value #RING_BYTES} bytes, little-endian, position 0; the same memory until the pager is disabled or the
     *     machine takes over a saved state
     * @throws io.faultline.api.error.HypervisorException with ILLEGAL_STATE if there is no pager
     */
    ByteBuffer ring();

    /**
     * Says that there are answers in the ring.
     *
     * @return 0; -19 if there is no pager
     */
    int resume();

    /**
     * Asks to take a page away. From now on every access of the guest is noticed.
     *
     * @param gfn guest frame number: address divided by 4096; any value
     * @return 0; -16 unless the page is writable memory that is there and that nobody but the guest refers to, -19 if there
     *     is no pager
     */
    int nominate(long gfn);

    /**
     * Copies a page that was nominated and is not evicted. That is no access.
     *
     * @param gfn guest frame number, any value
     * @param target where to, 4096 bytes
     * @return 0; -2 if there is no such page, -14 if the array has another length, -19 if there is no pager
     */
    int read(long gfn, byte[] target);

    /**
     * Takes a nominated page away; its content is gone.
     *
     * @param gfn guest frame number, any value
     * @return 0; -16 if it was not nominated, or was touched since, -19 if there is no pager
     */
    int evict(long gfn);

    /**
     * Brings a page in. It can be accessed at once; who is paused stays so until the answer.
     *
     * @param gfn guest frame number, any value
     * @param content 4096 bytes, copied; not looked at if the page was touched before it was evicted
     * @return 0; -2 if the page is neither evicted nor asked for, -14 if the content has another length, -19 if there is no
     *     pager
     */
    int prepare(long gfn, byte[] content);

    /**
     * Brings a page in whose content has not gone: one that was touched before it was evicted.
     *
     * @param gfn guest frame number, any value
     * @return 0; -2 if the page is neither evicted nor asked for, -22 if its content is needed, -19 if there is no pager
     */
    int prepare(long gfn);

    /**
     * Accesses a page from outside the guest, as a device of the VMM that needs it does: a page that is away is asked for.
     *
     * @param gfn guest frame number, any value
     * @return 0 if the pager has not taken the page; -11 if it is on its way, to be tried again later; -16 if the ring is full
     *     and nothing was asked for; -19 if there is no pager
     */
    int populate(long gfn);

    /**
     * Returns how many pages are evicted.
     *
     * @return at least 0
     */
    int pagedOut();

    /**
     * Returns by how many requests a vCPU is paused.
     *
     * @param vcpu index of the vCPU
     * @return at least 0
     * @throws IndexOutOfBoundsException if there is no such vCPU
     */
    int pauses(int vcpu);

    /**
     * Returns how many answers had no effect: wrong version, unknown vCPU, nobody paused, or more than the ring holds.
     *
     * @return number since the machine was built
     */
    long ignoredAnswers();
}
