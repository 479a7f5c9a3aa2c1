/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.api.capability;

import io.faultline.api.arm64.SmcccFunctionId;

/**
 * The capabilities that Faultline itself knows. A backend may define more.
 *
 * @since 0.1
 */
public final class Capabilities {
    /** Largest number of vCPUs of one machine. */
    public static final Capability<Integer> VCPUS =
            new Capability<>("vcpus", Integer.class, "A machine may have up to this many vCPUs.");
    /** Machines can be saved and restored. */
    public static final Capability<Boolean> SAVE_RESTORE =
            new Capability<>("save-restore", Boolean.class, "A machine can be saved and restored into another one.");
    /** Virtual timers exist. */
    public static final Capability<Boolean> TIMERS =
            new Capability<>("timers", Boolean.class, "vCPUs have the architecture's generic timers.");
    /** Power control by PSCI. */
    public static final Capability<Boolean> PSCI =
            new Capability<>("psci", Boolean.class, "vCPUs are turned on and off through PSCI.");
    /** Guests may start at EL2. */
    public static final Capability<Boolean> EL2 =
            new Capability<>("el2", Boolean.class, "A guest may start at EL2 and be a hypervisor itself.");
    /** Devices of the VMM can interrupt the guest. */
    public static final Capability<Integer> INTERRUPT_LINES = new Capability<>(
            "interrupt-lines", Integer.class, "The VMM has this many lines of shared peripheral interrupts.");
    /** The guest has an SDEI dispatcher. */
    public static final Capability<SdeiLimits> SDEI =
            new Capability<>("sdei", SdeiLimits.class, "The guest can use the Software Delegated Exception Interface.");
    /** The VMM may define further SDEI events in the plan of a machine. */
    public static final Capability<Integer> SDEI_PLATFORM_EVENTS = new Capability<>(
            "sdei.platform-events", Integer.class, "The VMM may define up to this many SDEI events of its own.");
    /** Interrupts can be bound to SDEI events. */
    public static final Capability<Boolean> SDEI_BIND =
            new Capability<>("sdei.bind", Boolean.class, "The guest can bind interrupts to SDEI events.");
    /** The VMM can raise private peripheral interrupts. */
    public static final Capability<Boolean> PPI =
            new Capability<>("ppi", Boolean.class, "The VMM can raise private peripheral interrupts.");
    /** Pages may be absent. */
    public static final Capability<Boolean> PAGING = new Capability<>(
            "paging", Boolean.class, "Pages may be absent and are brought in from a page source on first use.");
    /** The guest is told of absent pages. */
    public static final Capability<AsyncPageFaultLimits> ASYNC_PAGE_FAULTS = new Capability<>(
            "apf", AsyncPageFaultLimits.class, "The guest is told that a page is not present and when it is ready.");
    /** Not-present is taken before the vCPU executes another instruction. */
    public static final Capability<Boolean> APF_IMMEDIATE = new Capability<>(
            "apf.immediate",
            Boolean.class,
            "Not-present is taken at the access, before the vCPU executes another instruction.");
    /** The KVM-style interface, whatever carries not-present: control by SMCCC calls, an area with reason and token. */
    public static final Capability<SmcccFunctionId> APF_KVM = new Capability<>(
            "apf.kvm",
            SmcccFunctionId.class,
            "Asynchronous page faults in the style of KVM; the value is the SMCCC function identifier.");
    /** The KVM-style interface: not-present and ready by one PPI, control by SMCCC calls. */
    public static final Capability<SmcccFunctionId> APF_KVM_PPI = new Capability<>(
            "apf.kvm-ppi",
            SmcccFunctionId.class,
            "Asynchronous page faults by one PPI; the value is the SMCCC function identifier.");
    /** The KVM-style interface: not-present by SDEI event, ready by PPI, control by SMCCC calls. */
    public static final Capability<SmcccFunctionId> APF_KVM_SDEI = new Capability<>(
            "apf.kvm-sdei",
            SmcccFunctionId.class,
            "Asynchronous page faults by SDEI event and PPI; the value is the SMCCC function identifier.");
    /** The Xen-style interface: control by hypercalls, notifications by an event channel, an area with a ring. */
    public static final Capability<Boolean> APF_XEN = new Capability<>(
            "apf.xen",
            Boolean.class,
            "Asynchronous page faults in the style of Xen, by an event channel of the guest.");
    /** The Hyper-V-style interface: control by synthetic registers, an assist page, ready by SynIC. */
    public static final Capability<Boolean> APF_HYPERV = new Capability<>(
            "apf.hyperv",
            Boolean.class,
            "Asynchronous page faults in the style of Hyper-V: an assist page, and the synthetic interrupt controller.");
    /** The Hyper-V-style interface with ready by message. */
    public static final Capability<Boolean> APF_HYPERV_MESSAGE = new Capability<>(
            "apf.hyperv-message",
            Boolean.class,
            "Asynchronous page faults in the style of Hyper-V with ready by message of the SynIC.");
    /** The Hyper-V-style interface with ready by event flag. */
    public static final Capability<Boolean> APF_HYPERV_FLAG = new Capability<>(
            "apf.hyperv-flag",
            Boolean.class,
            "Asynchronous page faults in the style of Hyper-V with ready by event flag of the SynIC.");
    /** The guest may refuse asynchronous handling of one fault. */
    public static final Capability<Boolean> APF_DECLINE = new Capability<>(
            "apf.decline", Boolean.class, "The guest may answer a not-present notification with: resolve it yourself.");
    /** The guest has Xen's hypercalls with event channels. */
    public static final Capability<EventChannelLimits> EVENT_CHANNELS = new Capability<>(
            "event-channels",
            EventChannelLimits.class,
            "The guest has the hypercalls and event channels of Xen; the value is how many.");
    /** Event channels may use the FIFO ABI. */
    public static final Capability<Boolean> EVENT_CHANNELS_FIFO = new Capability<>(
            "event-channels.fifo", Boolean.class, "The guest may switch its event channels to the FIFO ABI.");
    /** The VMM may be a pager by a protocol of the hypervisor. */
    public static final Capability<Boolean> MEMORY_PAGER = new Capability<>(
            "memory-pager",
            Boolean.class,
            "The VMM may take pages away and be asked for them by the hypervisor's own protocol.");

    /** The VMM can raise Xen's virtual interrupts. */
    public static final Capability<Boolean> EVENT_CHANNELS_VIRQ = new Capability<>(
            "event-channels.virq",
            Boolean.class,
            "The VMM can raise virtual interrupts that a guest has bound to ports.");
    /** Every guest has ports that the hypervisor owns itself. */
    public static final Capability<Integer> EVENT_CHANNELS_XEN_OWNED = new Capability<>(
            "event-channels.xen-owned",
            Integer.class,
            "Every guest has ports whose events the hypervisor consumes itself; the value is how many.");
    /** The guest has Hyper-V's hypercalls with a synthetic interrupt controller for each vCPU. */
    public static final Capability<Boolean> SYNIC = new Capability<>(
            "synic", Boolean.class, "The guest has the hypercalls and the synthetic interrupt controllers of Hyper-V.");
    /** The guest has the synthetic timers of Hyper-V. */
    public static final Capability<Boolean> SYNIC_TIMERS = new Capability<>(
            "synic.timers", Boolean.class, "The guest has the four synthetic timers of Hyper-V for each vCPU.");
    /** A synthetic interrupt source may be polled. */
    public static final Capability<Boolean> SYNIC_POLLING = new Capability<>(
            "synic.polling", Boolean.class, "A guest may have a synthetic interrupt source without interrupts.");
    /** The VMM may receive intercept messages for memory. */
    public static final Capability<Boolean> MEMORY_INTERCEPTS = new Capability<>(
            "memory-intercepts",
            Boolean.class,
            "The VMM may be told of accesses to memory by intercept messages of Hyper-V.");

    private Capabilities() {}
}
