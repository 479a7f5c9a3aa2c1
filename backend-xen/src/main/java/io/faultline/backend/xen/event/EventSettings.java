/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.event;

import io.faultline.api.spi.BackendConfiguration;
import io.faultline.api.spi.Setting;
import io.faultline.backend.core.machine.EnumSetting;
import io.faultline.backend.xen.event.abi.Undeliverable;
import io.faultline.backend.xen.event.port.PortTable;
import java.util.List;
import java.util.Objects;

/**
 * What differs between builds of Xen, and what a toolstack decides (xen.md, points marked VAR). The first answer to each
 * question is that of present Xen on ARM.
 *
 * @param maxPorts highest number of a port, 1 to 131071
 * @param xsm who may talk with whom
 * @param fifo whether there is a FIFO ABI
 * @param globalVirq what binding a global VIRQ comes to
 * @param rebinding what binding a pending port to another vCPU does
 * @param undeliverable what becomes of a FIFO event for a vCPU without a control block
 * @param expandError how expand_array fails in two-level mode
 * @param xenOwnedStatus whether status of a port of the hypervisor is told
 * @param xenOwnedPorts how many ports of a guest the hypervisor owns, 0 to 16
 * @since 0.1
 */
public record EventSettings(
        int maxPorts,
        Xsm xsm,
        Fifo fifo,
        GlobalVirq globalVirq,
        Rebinding rebinding,
        Undeliverable undeliverable,
        ExpandError expandError,
        XenOwnedStatus xenOwnedStatus,
        int xenOwnedPorts) {
    /** What present Xen on ARM does for a guest without privileges. */
    public static final EventSettings DEFAULT = new EventSettings(
            1023,
            Xsm.SILO,
            Fifo.PRESENT,
            GlobalVirq.BUSY,
            Rebinding.SILENT,
            Undeliverable.DROPPED,
            ExpandError.EOPNOTSUPP,
            XenOwnedStatus.TOLD,
            0);

    private static final String MAX_PORTS = "xen.max-ports";
    private static final String XSM = "xen.xsm";
    private static final String FIFO = "xen.fifo";
    private static final String GLOBAL_VIRQ = "xen.global-virq";
    private static final String REBINDING = "xen.rebind-pending";
    private static final String UNDELIVERABLE = "xen.undeliverable";
    private static final String EXPAND_ERROR = "xen.expand-two-level";
    private static final String XEN_OWNED_STATUS = "xen.xen-owned-status";
    private static final String XEN_OWNED_PORTS = "xen.xen-owned-ports";
    private static final int MOST_XEN_OWNED = 16;

    /** Who may talk with whom. */
    public enum Xsm {
        /** A guest talks with itself and with domain 0. */
        SILO,
        /** Any two that agree. */
        DUMMY
    }

    /** Whether there is a FIFO ABI (XEN-176). */
    public enum Fifo {
        /** The guest may switch to it. */
        PRESENT,
        /** Its calls return -ENOSYS. */
        ABSENT
    }

    /** What binding a global VIRQ comes to for a guest that does not handle it (XEN-055). */
    public enum GlobalVirq {
        /** -EBUSY (since 2025). */
        BUSY,
        /** A port that never gets an event. */
        SILENT
    }

    /** What binding a pending port to another vCPU does (XEN-067). */
    public enum Rebinding {
        /** Nothing but that. */
        SILENT,
        /** The new vCPU is told, in the two-level ABI, as by QEMU. */
        RAISED
    }

    /** How expand_array fails in two-level mode (XEN-100). */
    public enum ExpandError {
        /** Not supported. */
        EOPNOTSUPP,
        /** There is no such call. */
        ENOSYS
    }

    /** Whether status of a port of the hypervisor is told. */
    public enum XenOwnedStatus {
        /** As of any other port. */
        TOLD,
        /** -EACCES (2020 to 2024). */
        REFUSED
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the limit, or the number of the hypervisor's ports, is out of range
     */
    public EventSettings {
        if (maxPorts < 1 || maxPorts >= PortTable.MOST_PORTS) {
            throw new IllegalArgumentException("a limit of " + maxPorts + " ports is outside 1 to 131071");
        }
        Objects.requireNonNull(xsm, "xsm");
        Objects.requireNonNull(fifo, "fifo");
        Objects.requireNonNull(globalVirq, "globalVirq");
        Objects.requireNonNull(rebinding, "rebinding");
        Objects.requireNonNull(undeliverable, "undeliverable");
        Objects.requireNonNull(expandError, "expandError");
        Objects.requireNonNull(xenOwnedStatus, "xenOwnedStatus");
        if (xenOwnedPorts < 0 || xenOwnedPorts > MOST_XEN_OWNED) {
            throw new IllegalArgumentException(xenOwnedPorts + " ports of the hypervisor are outside 0 to 16");
        }
    }

    /**
     * Lists the settings by which the choices are made.
     *
     * @return the settings, defaults first among their values
     */
    public static List<Setting> settings() {
        return List.of(
                Setting.free(
                        MAX_PORTS,
                        Integer.toString(DEFAULT.maxPorts),
                        "Highest number of an event channel port, 1 to 131071."),
                EnumSetting.of(
                        XSM,
                        "Which domains may have event channels between them: each with itself and domain 0, or any two.",
                        Xsm.values()),
                EnumSetting.of(
                        FIFO,
                        "Whether there is the FIFO ABI of event channels beside the two-level one.",
                        Fifo.values()),
                EnumSetting.of(
                        GLOBAL_VIRQ,
                        "What binding a global VIRQ comes to: it is refused, or it is bound and never fires.",
                        GlobalVirq.values()),
                EnumSetting.of(
                        REBINDING,
                        "Whether binding a pending port to another vCPU tells that vCPU, in the two-level ABI.",
                        Rebinding.values()),
                EnumSetting.of(
                        UNDELIVERABLE,
                        "What an event for a vCPU without a FIFO control block leaves behind: nothing, or PENDING.",
                        Undeliverable.values()),
                EnumSetting.of(
                        EXPAND_ERROR, "How EVTCHNOP_expand_array fails in two-level mode.", ExpandError.values()),
                EnumSetting.of(
                        XEN_OWNED_STATUS,
                        "Whether EVTCHNOP_status tells of ports that the hypervisor consumes.",
                        XenOwnedStatus.values()),
                Setting.free(
                        XEN_OWNED_PORTS,
                        Integer.toString(DEFAULT.xenOwnedPorts),
                        "How many ports of every guest the hypervisor owns itself, 0 to 16, as with a monitor attached to it."
                                + " They are offered to domain 0."));
    }

    /**
     * Reads the choices from the configuration of a backend whose descriptor declares {@link #settings()}.
     *
     * @param configuration the configuration
     * @return the choices
     * @throws io.faultline.api.error.HypervisorException with INVALID_SETTING if the limit is out of range
     */
    public static EventSettings of(BackendConfiguration configuration) {
        return new EventSettings(
                (int) configuration.number(MAX_PORTS, 1, PortTable.MOST_PORTS - 1),
                EnumSetting.read(configuration, XSM, Xsm.class),
                EnumSetting.read(configuration, FIFO, Fifo.class),
                EnumSetting.read(configuration, GLOBAL_VIRQ, GlobalVirq.class),
                EnumSetting.read(configuration, REBINDING, Rebinding.class),
                EnumSetting.read(configuration, UNDELIVERABLE, Undeliverable.class),
                EnumSetting.read(configuration, EXPAND_ERROR, ExpandError.class),
                EnumSetting.read(configuration, XEN_OWNED_STATUS, XenOwnedStatus.class),
                (int) configuration.number(XEN_OWNED_PORTS, 0, MOST_XEN_OWNED));
    }
}
