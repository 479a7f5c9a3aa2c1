/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen;

import com.google.inject.Module;
import io.faultline.api.machine.MachineRequest;
import io.faultline.api.machine.ParavirtualConsole;
import io.faultline.api.machine.PlatformNode;
import io.faultline.api.machine.VcpuExit;
import io.faultline.api.notification.EventNotifications;
import io.faultline.api.paging.MemoryPager;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Conduit;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.Personality;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.xen.host.Domain;
import io.faultline.backend.xen.host.DomainLayout;
import io.faultline.backend.xen.host.DomainSettings;
import io.faultline.backend.xen.host.DomainTable;
import io.faultline.backend.xen.pagefault.Registrations;
import io.faultline.backend.xen.pagefault.XenPorts;
import io.faultline.backend.xen.paging.PagerFirst;
import io.faultline.backend.xen.version.HypervisorService;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** What the Xen style adds to the shared machine: a domain. */
final class XenPersonality implements Personality {
    private static final int RESULTS = 4;
    private static final int MOST_DOMAINS = 0x7FEF;

    private final DomainSettings settings;
    private final DomainTable table;
    private final Module[] overrides;

    private final MemoryPager pager = new XenPager(() -> domain().paging());

    private @Nullable Host host;
    private Optional<Registrations> registrations = Optional.empty();
    private @Nullable Domain domain;
    private @Nullable AbsentPageHandler absentPages;
    private @Nullable EventNotifications notifications;

    XenPersonality(DomainSettings settings, DomainTable table, Module... overrides) {
        this.settings = settings;
        this.table = table;
        this.overrides = overrides;
    }

    private static <T> T attached(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the personality has no machine yet");
        }
        return part;
    }

    Domain domain() {
        return attached(domain);
    }

    @Override
    public int privateFrames(MachineRequest request) {
        return DomainLayout.frames(settings.memory().grantFrames());
    }

    @Override
    public void attach(Host machine) {
        host = machine;
        if (machine.request().asyncPageFaults().isPresent()) {
            registrations = Optional.of(new Registrations(machine, () -> domain().channels()));
        }
        become(table.nextId());
        domain().reset();
        absentPages = new PagerFirst(new PageFaultService(machine, ports()), () -> domain().paging());
        notifications = PortLines.of(machine, this::domain);
    }

    private PageFaultPorts ports() {
        Policy policy = settings.pageFaults().policy();
        return registrations.isEmpty()
                ? new HostOnlyPorts(policy)
                : new XenPorts(
                        registrations.get(), policy, settings.vcpus().eventInterrupt(), domain().pageFaultDecoration());
    }

    /** A machine that takes over a saved state is the domain that was saved: memory and stage 2 have it already. */
    private void become(int id) {
        Domain previous = domain;
        if (previous != null) {
            previous.leave();
        }
        Host machine = attached(host);
        Domain created = Domain.create(
                settings, machine, id, table, registrations, () -> absentPages().vmmSide(), overrides);
        if (!machine.isRehearsal()) {
            created.enter();
        }
        domain = created;
    }

    @Override
    public AbsentPageHandler absentPages() {
        return attached(absentPages);
    }

    /** Besides PSCI there is only the hypervisor service that says which hypervisor this is (xen.md 1.1). */
    @Override
    public boolean call(VirtualProcessor vcpu, Conduit conduit, int function) {
        boolean known = false;
        for (int register = 0; register < RESULTS; register++) {
            OptionalInt answer = HypervisorService.answer(function, register);
            if (answer.isPresent()) {
                vcpu.pe().x(register, Integer.toUnsignedLong(answer.getAsInt()));
                known = true;
            }
        }
        return known;
    }

    @Override
    public boolean taggedCall(VirtualProcessor vcpu, int immediate) {
        domain().call(vcpu, immediate);
        return true;
    }

    @Override
    public boolean attention(VirtualProcessor vcpu) {
        domain().vcpus().attention(vcpu);
        return false;
    }

    @Override
    public boolean wakes(VirtualProcessor vcpu) {
        return domain().vcpus().wakes(vcpu);
    }

    @Override
    public void entered(VirtualProcessor vcpu) {
        domain().vcpus().entered(vcpu);
    }

    @Override
    public void left(VirtualProcessor vcpu) {
        domain().vcpus().left(vcpu);
        if (domain().paging().obstacle(vcpu.index()).isPresent()) {
            domain().vcpus().paused(vcpu);
        }
    }

    @Override
    public void trapped(VirtualProcessor vcpu) {
        domain().vcpus().trapped(vcpu);
    }

    @Override
    public Optional<VcpuExit> obstacle(VirtualProcessor vcpu) {
        Optional<VcpuExit> stopped = domain().vcpus().obstacle(vcpu);
        return stopped.isPresent() ? stopped : domain().paging().obstacle(vcpu.index());
    }

    @Override
    public long nextDeadline() {
        return domain().vcpus().nextDeadline();
    }

    @Override
    public void deadlinePassed() {
        domain().vcpus().deadlinePassed();
    }

    @Override
    public void turnedOn(VirtualProcessor vcpu) {
        domain().vcpus().turnedOn(vcpu);
    }

    @Override
    public void turnedOff(VirtualProcessor vcpu) {
        registrations.ifPresent(registered -> registered.unregister(vcpu.index()));
        domain().vcpus().turnedOff(vcpu);
    }

    @Override
    public void reset(VirtualProcessor vcpu) {
        domain().vcpus().reset(vcpu);
    }

    @Override
    public boolean needs(long page) {
        return domain().needs(page)
                || registrations.isPresent() && registrations.get().uses(page);
    }

    @Override
    public Optional<EventNotifications> notifications() {
        return Optional.of(attached(notifications));
    }

    @Override
    public Optional<ParavirtualConsole> console() {
        return settings.console().ring() || settings.console().hypercall()
                ? Optional.of(new XenConsole(this::domain))
                : Optional.empty();
    }

    @Override
    public Optional<MemoryPager> memoryPager() {
        return Optional.of(pager);
    }

    @Override
    public List<PlatformNode> platformNodes() {
        return List.of(XenNode.of(settings));
    }

    @Override
    public void closed() {
        domain().leave();
    }

    @Override
    public String stateName() {
        return "xen";
    }

    @Override
    public void reset() {
        registrations.ifPresent(Registrations::reset);
        domain().reset();
    }

    @Override
    public void save(StateWriter writer) {
        writer.word("id", domain().id());
        writer.element(domain());
        registrations.ifPresent(writer::element);
    }

    @Override
    public void restore(StateReader reader) {
        int id = reader.integer("id", 1, MOST_DOMAINS);
        if (id != domain().id()) {
            become(id);
        }
        reader.element(domain());
        registrations.ifPresent(reader::element);
    }
}
