/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.util.Modules;
import io.faultline.api.pagefault.AsyncPageFaults;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.xen.console.ConsoleIo;
import io.faultline.backend.xen.console.GuestConsole;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.hypercall.Hypercalls;
import io.faultline.backend.xen.hypercall.VmAssist;
import io.faultline.backend.xen.memory.GrantTable;
import io.faultline.backend.xen.memory.HvmParameter;
import io.faultline.backend.xen.memory.HvmParameters;
import io.faultline.backend.xen.memory.Reservation;
import io.faultline.backend.xen.memory.SharedFrames;
import io.faultline.backend.xen.memory.WallClock;
import io.faultline.backend.xen.pagefault.PageFaultDecoration;
import io.faultline.backend.xen.pagefault.Registrations;
import io.faultline.backend.xen.paging.Paging;
import io.faultline.backend.xen.store.GuestStore;
import io.faultline.backend.xen.vcpu.DomainVcpus;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** One machine as a domain: its number, and everything that Xen keeps for it. */
public final class Domain implements StateElement {
    private static final int CONSOLE_OUT_PRODUCER = 0xC0C;

    private final DomainSettings settings;
    private final int id;
    private final DomainTable table;
    private final DomainLayout layout;
    private final Hypercalls hypercalls;
    private final EventChannels channels;
    private final DomainVcpus vcpus;
    private final ToolstackPorts ports;
    private final GuestConsole console;
    private final GuestStore store;
    private final HvmParameters parameters;
    private final WallClock clock;
    private final PageFaultDecoration pageFaultDecoration;
    private final Paging paging;
    private final List<StateElement> elements;

    @Inject
    Domain(
            DomainSettings settings,
            EventDomain self,
            DomainTable table,
            DomainLayout layout,
            Hypercalls hypercalls,
            EventChannels channels,
            DomainVcpus vcpus,
            ToolstackPorts ports,
            GuestConsole console,
            ConsoleIo consoleIo,
            GuestStore store,
            HvmParameters parameters,
            WallClock clock,
            VmAssist assists,
            GrantTable grants,
            SharedFrames shared,
            Reservation reservation,
            MachineMap map,
            PageFaultDecoration pageFaultDecoration,
            Paging paging) {
        this.settings = settings;
        this.id = self.id();
        this.table = table;
        this.layout = layout;
        this.hypercalls = hypercalls;
        this.channels = channels;
        this.vcpus = vcpus;
        this.ports = ports;
        this.console = console;
        this.store = store;
        this.parameters = parameters;
        this.clock = clock;
        this.pageFaultDecoration = pageFaultDecoration;
        this.paging = paging;
        elements = List.of(
                map,
                shared,
                grants,
                reservation,
                parameters,
                assists,
                vcpus,
                channels,
                console,
                consoleIo,
                store,
                paging);
        ports.connect(store::notified, console::notified);
    }

    /**
     * Makes the domain of a machine. It has to be {@linkplain #reset() reset} or restored before it is used, and nobody
     * reaches it before {@link #enter()}.
     *
     * @param settings the choices of the backend
     * @param host the machine
     * @param id number of the domain, 1 to 0x7FEF
     * @param table the other machines of the backend
     * @param pageFaults what the guest registers for asynchronous page faults; empty if it is not offered them
     * @param absentPages takes pages of the machine away and brings them in; not asked before the machine is complete
     * @param overrides modules whose bindings replace those of a domain
     * @return the domain
     */
    public static Domain create(
            DomainSettings settings,
            Host host,
            int id,
            DomainTable table,
            Optional<Registrations> pageFaults,
            Supplier<AsyncPageFaults> absentPages,
            Module... overrides) {
        Injector injector = Guice.createInjector(
                Stage.PRODUCTION,
                Modules.override(new DomainModule(settings, host, id, table, pageFaults, absentPages))
                        .with(overrides));
        Domain domain = injector.getInstance(Domain.class);
        pageFaults.ifPresent(registrations -> domain.channels.whenClosed(registrations::closed));
        return domain;
    }

    /**
     * Returns the number.
     *
     * @return 1 to 0x7FEF
     */
    public int id() {
        return id;
    }

    /** Others can reach this domain from now on. */
    public void enter() {
        table.enter(this);
    }

    /**
     * The machine is closed, or becomes another domain: the other ends of its channels are free, unless they belong to a
     * machine that has taken over the number, or nobody could ever reach this one.
     */
    public void leave() {
        // That its ports are closed is no word of the guest.
        channels.whenClosed(port -> {});
        if (table.leave(this)) {
            channels.destroy();
        } else {
            channels.abandon();
        }
    }

    /**
     * Returns the event channels.
     *
     * @return the channels of this domain
     */
    public EventChannels channels() {
        return channels;
    }

    /**
     * Returns what replaces parts of asynchronous page faults.
     *
     * @return the decoration
     */
    public PageFaultDecoration pageFaultDecoration() {
        return pageFaultDecoration;
    }

    /**
     * Returns what belongs to the vCPUs.
     *
     * @return the vCPUs of this domain
     */
    public DomainVcpus vcpus() {
        return vcpus;
    }

    /**
     * Returns the pager's side.
     *
     * @return what a pager and the machine ask of pages that are away
     */
    public Paging paging() {
        return paging;
    }

    /**
     * Returns the console.
     *
     * @return the host's end
     */
    public GuestConsole console() {
        return console;
    }

    /**
     * Returns xenstore.
     *
     * @return what the guest and the toolstack see
     */
    public GuestStore store() {
        return store;
    }

    /**
     * Carries out a hypercall.
     *
     * @param vcpu a vCPU in the trap of an HVC
     * @param immediate the immediate, not 0
     */
    public void call(VirtualProcessor vcpu, int immediate) {
        hypercalls.call(vcpu, immediate);
    }

    /**
     * Tells whether the hypervisor accesses a page of RAM by itself.
     *
     * @param page physical address
     * @return true if the page must stay
     */
    public boolean needs(long page) {
        return channels.uses(page) || vcpus.uses(page);
    }

    /**
     * Tells whether the guest has written to its console's ring.
     *
     * @return true if so
     */
    public boolean isConsoleInUse() {
        return settings.console().ring() && layout.console().load32(CONSOLE_OUT_PRODUCER) != 0;
    }

    /**
     * Connects the VMM to a port, unless it is connected.
     *
     * @param port a port that the machine's request names
     * @return false if the guest does not offer the port to domain 0
     */
    public boolean connectVmm(int port) {
        return ports.connectVmm(port);
    }

    @Override
    public String stateName() {
        return "domain";
    }

    /** As a toolstack leaves a domain that it has just made. */
    @Override
    public void reset() {
        layout.reset();
        for (StateElement element : elements) {
            element.reset();
            if (element == channels) {
                // What is in xenstore names the ports.
                ports.open();
            }
        }
        clock.set(settings.memory().epoch(), 0);
        parameters.set(
                HvmParameter.CALLBACK_IRQ,
                HvmParameter.callbackPpi(settings.vcpus().eventInterrupt()));
        parameters.set(HvmParameter.STORE_EVTCHN, ports.store());
        if (settings.console().ring()) {
            parameters.set(HvmParameter.CONSOLE_PFN, DomainLayout.CONSOLE_GFN);
            parameters.set(HvmParameter.CONSOLE_EVTCHN, ports.console());
        }
        store.start();
    }

    @Override
    public void save(StateWriter writer) {
        elements.forEach(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        elements.forEach(reader::element);
    }
}
