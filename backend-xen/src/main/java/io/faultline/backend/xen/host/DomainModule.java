/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.xen.host;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import io.faultline.api.memory.MemoryRegion;
import io.faultline.api.notification.NotificationChannel;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.xen.console.ConsoleIo;
import io.faultline.backend.xen.console.GuestConsole;
import io.faultline.backend.xen.domain.DomainId;
import io.faultline.backend.xen.domain.DomainUuid;
import io.faultline.backend.xen.event.EventChannelOps;
import io.faultline.backend.xen.event.EventChannels;
import io.faultline.backend.xen.event.EventModule;
import io.faultline.backend.xen.event.PeerDomains;
import io.faultline.backend.xen.event.PollState;
import io.faultline.backend.xen.event.abi.EventDomain;
import io.faultline.backend.xen.frame.GuestFrames;
import io.faultline.backend.xen.hypercall.Hypercall;
import io.faultline.backend.xen.hypercall.HypercallDecoration;
import io.faultline.backend.xen.hypercall.Hypercalls;
import io.faultline.backend.xen.hypercall.PrivilegedCall;
import io.faultline.backend.xen.hypercall.Struct;
import io.faultline.backend.xen.hypercall.VmAssist;
import io.faultline.backend.xen.memory.GrantTable;
import io.faultline.backend.xen.memory.GrantTableOp;
import io.faultline.backend.xen.memory.HvmOp;
import io.faultline.backend.xen.memory.HvmParameter;
import io.faultline.backend.xen.memory.HvmParameters;
import io.faultline.backend.xen.memory.KnownDomains;
import io.faultline.backend.xen.memory.MemoryOp;
import io.faultline.backend.xen.memory.PhysicalMap;
import io.faultline.backend.xen.memory.Reservation;
import io.faultline.backend.xen.memory.SharedFrames;
import io.faultline.backend.xen.memory.WallClock;
import io.faultline.backend.xen.pagefault.PageFaultDecoration;
import io.faultline.backend.xen.pagefault.PageFaultOp;
import io.faultline.backend.xen.pagefault.Registrations;
import io.faultline.backend.xen.store.DomainNodes;
import io.faultline.backend.xen.store.GuestStore;
import io.faultline.backend.xen.store.StoreSettings;
import io.faultline.backend.xen.vcpu.InitialInfo;
import io.faultline.backend.xen.vcpu.PollPorts;
import io.faultline.backend.xen.vcpu.RunstateUpdateFlag;
import io.faultline.backend.xen.vcpu.SchedulerOperations;
import io.faultline.backend.xen.vcpu.VcpuMemory;
import io.faultline.backend.xen.vcpu.VcpuModule;
import io.faultline.backend.xen.vcpu.VcpuOperations;
import io.faultline.backend.xen.version.VersionCall;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Binds the parts of one machine. Every binding may be overridden. */
final class DomainModule extends AbstractModule {
    private static final int MEMORY_OP = 12;
    private static final int XEN_VERSION = 17;
    private static final int CONSOLE_IO = 18;
    private static final int GRANT_TABLE_OP = 20;
    private static final int VM_ASSIST = 21;
    private static final int VCPU_OP = 24;
    private static final int SCHED_OP = 29;
    private static final int EVENT_CHANNEL_OP = 32;
    private static final int HVM_OP = 34;
    private static final int KIB_PER_PAGE = 4;

    private final DomainSettings settings;
    private final Host host;
    private final int id;
    private final DomainTable domains;
    private final DomainLayout layout;
    private final Optional<Registrations> pageFaults;

    DomainModule(DomainSettings settings, Host host, int id, DomainTable domains, Optional<Registrations> pageFaults) {
        this.settings = settings;
        this.host = host;
        this.id = id;
        this.domains = domains;
        this.pageFaults = pageFaults;
        this.layout = new DomainLayout(host, settings.memory().grantFrames());
    }

    @Override
    protected void configure() {
        install(new EventModule(settings.events()));
        install(new VcpuModule(settings.vcpus()));
        bind(DomainSettings.class).toInstance(settings);
        bind(Host.class).toInstance(host);
        bind(DomainLayout.class).toInstance(layout);
        bind(PeerDomains.class).toInstance(domains);
        bind(DomainTable.class).toInstance(domains);
        bind(EventDomain.class).toInstance(new EventDomain(id, host.vcpuCount(), layout.sharedInfo()));
        bind(InitialInfo.class).toInstance(new InitialInfo(layout.sharedInfo(), layout.unreadInfo()));
        bind(GuestFrames.class).to(MachineFrames.class);
        bind(PhysicalMap.class).to(MachineMap.class);
        bind(HypercallDecoration.class).toInstance(HypercallDecoration.NONE);
        bind(VmAssist.class).toInstance(new VmAssist());
        bind(HvmParameters.class).toInstance(new HvmParameters());
        bind(GrantTable.class).toInstance(new GrantTable(layout.grants()));
        bind(PageFaultDecoration.class).toInstance(PageFaultDecoration.NONE);
        bind(Domain.class).in(com.google.inject.Scopes.SINGLETON);
    }

    @Provides
    @Singleton
    MachineFrames frames(Provider<Hypercalls> hypercalls) {
        return new MachineFrames(host, page -> hypercalls.get().lacks(page));
    }

    @Provides
    @Singleton
    MachineMap map() {
        return new MachineMap(host);
    }

    @Provides
    VcpuMemory memory(Provider<Hypercalls> hypercalls) {
        return (vcpu, address, source, offset, length) ->
                hypercalls.get().memory(vcpu.index()).write(address, source, offset, length);
    }

    @Provides
    RunstateUpdateFlag runstateUpdateFlag(VmAssist assists) {
        return assists::hasRunstateUpdateFlag;
    }

    @Provides
    PollPorts pollPorts(Provider<EventChannels> channels) {
        return port -> state(channels.get().pollState(port));
    }

    private static int state(PollState state) {
        return switch (state) {
            case UNUSABLE -> PollPorts.UNUSABLE;
            case QUIET -> PollPorts.QUIET;
            case PENDING -> PollPorts.PENDING;
        };
    }

    @Provides
    @Singleton
    KnownDomains knownDomains() {
        return new KnownDomains() {
            @Override
            public int own() {
                return id;
            }

            @Override
            public boolean exists(int domain) {
                return domain == DomainId.CONTROL || domain == id || domains.find(domain) != null;
            }
        };
    }

    @Provides
    @Singleton
    Reservation reservation() {
        return new Reservation(pages());
    }

    private long pages() {
        return host.request().memory().stream().mapToLong(MemoryRegion::bytes).sum() >> 12;
    }

    @Provides
    @Singleton
    SharedFrames sharedFrames(PhysicalMap map) {
        return new SharedFrames(map, settings.memory().remap(), layout.sharedInfo(), layout.grants());
    }

    @Provides
    @Singleton
    WallClock wallClock() {
        return new WallClock(layout.sharedInfo());
    }

    @Provides
    @Singleton
    ToolstackPorts toolstack(EventChannels channels) {
        List<Integer> ports = new ArrayList<>();
        for (NotificationChannel channel : host.request().channels()) {
            if (channel instanceof NotificationChannel.EventChannel event) {
                ports.add(event.port());
            }
        }
        return new ToolstackPorts(
                channels,
                hasStore(),
                settings.console().ring(),
                ports,
                settings.events().xenOwnedPorts());
    }

    private boolean hasStore() {
        return settings.store().presence() != StoreSettings.Presence.NONE;
    }

    @Provides
    @Singleton
    GuestConsole console(ToolstackPorts ports) {
        return new GuestConsole(settings.console().ring() ? layout.console() : null, ports::raiseConsole);
    }

    @Provides
    @Singleton
    GuestStore store(ToolstackPorts ports, HvmParameters parameters, KnownDomains known) {
        return new GuestStore(
                settings.store(),
                id,
                layout.store(),
                DomainLayout.STORE_GFN,
                ports::raiseStore,
                number -> parameters.set(HvmParameter.STORE_PFN, number),
                known::exists,
                store -> nodes(ports).write(store));
    }

    private DomainNodes nodes(ToolstackPorts ports) {
        return new DomainNodes(
                "domain-" + id,
                pages() * KIB_PER_PAGE,
                host.vcpuCount(),
                new DomainNodes.Ring(DomainLayout.STORE_GFN, ports.store()),
                new DomainNodes.Ring(DomainLayout.CONSOLE_GFN, ports.console()));
    }

    @Provides
    @Singleton
    ConsoleIo consoleIo(GuestConsole console) {
        return new ConsoleIo(settings.console(), console);
    }

    @Provides
    @Singleton
    Hypercalls hypercalls(
            EventChannelOps events,
            SchedulerOperations scheduler,
            VcpuOperations vcpus,
            VmAssist assists,
            ConsoleIo consoleIo,
            KnownDomains known,
            HvmParameters parameters,
            GrantTable grants,
            SharedFrames shared,
            PhysicalMap map,
            Reservation reservation,
            GuestFrames frames,
            PageFaultDecoration pageFaultDecoration,
            HypercallDecoration decoration) {
        Map<Integer, Hypercall> calls = new TreeMap<>();
        calls.put(MEMORY_OP, new MemoryOp(map, shared, grants, reservation, known));
        calls.put(XEN_VERSION, new VersionCall(settings.version(), DomainUuid.bytes(id)));
        calls.put(CONSOLE_IO, consoleIo);
        calls.put(GRANT_TABLE_OP, new GrantTableOp(grants, shared, known));
        calls.put(VM_ASSIST, assists);
        calls.put(VCPU_OP, vcpus);
        calls.put(SCHED_OP, scheduler);
        calls.put(EVENT_CHANNEL_OP, events);
        for (int number : new int[] {PrivilegedCall.PLATFORM_OP, PrivilegedCall.SYSCTL, PrivilegedCall.DOMCTL}) {
            calls.put(number, new PrivilegedCall(Struct.MOST_BYTES));
        }
        calls.put(HVM_OP, new HvmOp(parameters, known));
        pageFaults.ifPresent(registrations -> {
            Policy policy = pageFaultDecoration.policy(settings.pageFaults().policy());
            PageFaultOp call = new PageFaultOp(registrations, frames, policy);
            calls.put(PageFaultOp.NUMBER, pageFaultDecoration.call(call, registrations));
        });
        return new Hypercalls(host, calls, settings.hypercalls(), decoration);
    }
}
