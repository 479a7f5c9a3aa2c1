/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.synic;

import java.util.Optional;

/**
 * The VMM's side of the synthetic interrupt controllers of a machine: what the parent partition is on Hyper-V (hyperv.md 4).
 *
 * <p>A guest sends on a <em>connection</em>, an identifier in a table of its own, and receives on a <em>port</em>, an identifier
 * in another table of its own. The VMM makes both. A connection leads to a receiver of the VMM, to a port of the same machine,
 * or to a port of another machine of the same backend; then one thread drives both machines.
 *
 * <p>Ports and what waits in their buffers belong to the state of a machine, and so do connections to ports of the same
 * machine. Connections to the VMM and to other machines belong to the VMM: they are neither saved nor touched by a restore or
 * a reset. Handles name what they stand for by its identifier: a port that a restored state has can be used through a handle
 * from before.
 *
 * <p>Called by the thread that drives the machine, never while a vCPU runs, except from within a receiver. None of the methods
 * blocks.
 *
 * @since 0.1
 */
public interface SyntheticInterrupts {
    /** In the place of the index of a vCPU: any one whose controller and page are on (HV-127). */
    int ANY_VCPU = -1;
    /** Synthetic interrupt sources of a vCPU. */
    int SOURCES = 16;
    /** Largest payload of a message, in bytes. */
    int PAYLOAD_BYTES = 240;
    /** Event flags of a source. */
    int FLAGS = 2048;
    /** Message buffers of a port (HV-091). */
    int BUFFERS = 16;
    /** Largest identifier of a port or connection: 24 bits. */
    int LAST_ID = 0xFF_FFFF;

    /**
     * Makes a port on which the guest receives messages.
     *
     * @param port identifier, 0 to {@link #LAST_ID}; it is the origination of each message
     * @param vcpu index of the vCPU that receives, or {@link #ANY_VCPU}
     * @param source synthetic interrupt source, 0 to 15
     * @return the port
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT for a value out of range, RESOURCE_CONFLICT if
     *     the
     *     identifier is in use
     */
    MessagePort createMessagePort(int port, int vcpu, int source);

    /**
     * Makes a port on which the guest receives event flags.
     *
     * @param port identifier, 0 to {@link #LAST_ID}
     * @param vcpu index of the vCPU that receives, or {@link #ANY_VCPU}
     * @param source synthetic interrupt source, 0 to 15
     * @param firstFlag flag that signal 0 sets, 0 to 2047
     * @param flags how many flags the port has, 1 to 2048 minus the first
     * @return the port
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT for a value out of range, RESOURCE_CONFLICT if
     *     the
     *     identifier is in use
     */
    EventPort createEventPort(int port, int vcpu, int source, int firstFlag, int flags);

    /**
     * Finds a port for messages, for example after a restore.
     *
     * @param port identifier, any value
     * @return the port; empty if there is none, or it is for events
     */
    Optional<MessagePort> messagePort(int port);

    /**
     * Finds a port for events, for example after a restore.
     *
     * @param port identifier, any value
     * @return the port; empty if there is none, or it is for messages
     */
    Optional<EventPort> eventPort(int port);

    /**
     * Has messages that the guest posts come to the VMM.
     *
     * @param connection identifier, 0 to {@link #LAST_ID}
     * @param receiver told of each message
     * @return the connection
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT or RESOURCE_CONFLICT
     */
    Connection connect(int connection, MessageReceiver receiver);

    /**
     * Has signals of the guest come to the VMM.
     *
     * @param connection identifier, 0 to {@link #LAST_ID}
     * @param flags how many flags there are, 1 to 2048
     * @param receiver told of each signal
     * @return the connection
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT or RESOURCE_CONFLICT
     */
    Connection connect(int connection, int flags, SignalReceiver receiver);

    /**
     * Has messages or signals of the guest go to a port.
     *
     * @param connection identifier, 0 to {@link #LAST_ID}
     * @param port a port of this machine, or of another machine of the same open backend
     * @return the connection; it stays when the port is closed, and leads nowhere then (HV-125)
     * @throws io.faultline.api.error.HypervisorException with INVALID_ARGUMENT or RESOURCE_CONFLICT
     */
    Connection connect(int connection, SynicPort port);

    /**
     * Sets an event flag without a port, as HvCallSignalEventDirect does.
     *
     * @param vcpu index of the vCPU
     * @param source synthetic interrupt source
     * @param flag number of the flag
     * @return SUCCESS, also if the flag was set before; INVALID_SYNIC_STATE; INVALID_PARAMETER or INVALID_VP_INDEX for a
     *     number out of range, and nothing is written then (HV-107)
     */
    SynicStatus signal(int vcpu, int source, int flag);
}
