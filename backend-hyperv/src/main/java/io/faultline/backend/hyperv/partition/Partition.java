/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.hyperv.partition;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.util.Modules;
import io.faultline.api.intercept.MemoryIntercepts;
import io.faultline.api.state.StateElement;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.PageFaultPorts;
import io.faultline.backend.hyperv.intercept.Interceptor;
import io.faultline.backend.hyperv.part.PartitionPart;
import io.faultline.backend.hyperv.port.Neighbourhood;
import jakarta.inject.Inject;

/**
 * One machine as a partition: everything that the hypervisor keeps for it.
 *
 * @since 0.1
 */
public final class Partition implements StateElement {
    private final GuestCalls guestCalls;
    private final Interceptor interceptor;
    private final MemoryIntercepts intercepts;
    private final PartitionPart[] parts;
    private final SynicAccess synic;
    private final PageFaultPorts pageFaults;

    @Inject
    Partition(
            GuestCalls guestCalls,
            Interceptor interceptor,
            MemoryIntercepts intercepts,
            PartitionParts parts,
            SynicAccess synic,
            PageFaultPorts pageFaults) {
        this.guestCalls = guestCalls;
        this.interceptor = interceptor;
        this.intercepts = intercepts;
        this.synic = synic;
        this.parts = parts.all().toArray(new PartitionPart[0]);
        this.pageFaults = pageFaults;
    }

    /**
     * Makes the partition of a machine. It has to be {@linkplain #reset() reset} or restored before it is used.
     *
     * @param settings the choices of the backend
     * @param neighbourhood of the open backend
     * @param host the machine
     * @param overrides modules whose bindings replace those of a partition
     * @return the partition
     */
    public static Partition create(
            PartitionSettings settings, Neighbourhood neighbourhood, Host host, Module... overrides) {
        Injector injector = Guice.createInjector(
                Stage.PRODUCTION,
                Modules.override(new PartitionModule(settings, neighbourhood, host))
                        .with(overrides));
        return injector.getInstance(Partition.class);
    }

    /**
     * Returns the synthetic interrupt controllers as the VMM has them.
     *
     * @return the same each time
     */
    public SynicAccess synic() {
        return synic;
    }

    /**
     * Returns how the guest is told of absent pages.
     *
     * @return the ports for the engine, the same each time
     */
    public PageFaultPorts pageFaults() {
        return pageFaults;
    }

    /**
     * Returns what answers the calls of the guest.
     *
     * @return both conventions of hypercalls, and what else the hypervisor answers
     */
    public GuestCalls guestCalls() {
        return guestCalls;
    }

    /**
     * Returns what may stop a vCPU at an access.
     *
     * @return the machine's side of memory intercepts
     */
    public Interceptor interceptor() {
        return interceptor;
    }

    /**
     * Returns the memory intercepts.
     *
     * @return the VMM's side of them
     */
    public MemoryIntercepts intercepts() {
        return intercepts;
    }

    /**
     * A vCPU is put into its state after cold reset by the VMM.
     *
     * @param vcpu index of the vCPU
     */
    public void resetVcpu(int vcpu) {
        for (PartitionPart part : parts) {
            part.resetVcpu(vcpu);
        }
    }

    /**
     * A vCPU was turned on.
     *
     * @param vcpu index of the vCPU
     */
    public void turnedOn(int vcpu) {
        for (PartitionPart part : parts) {
            part.turnedOn(vcpu);
        }
    }

    /**
     * A vCPU is being turned off.
     *
     * @param vcpu index of the vCPU
     */
    public void turnedOff(int vcpu) {
        for (PartitionPart part : parts) {
            part.turnedOff(vcpu);
        }
    }

    /**
     * A vCPU is about to execute instructions.
     *
     * @param vcpu index of the vCPU
     */
    public void entered(int vcpu) {
        for (PartitionPart part : parts) {
            part.entered(vcpu);
        }
    }

    /**
     * A vCPU has stopped executing instructions.
     *
     * @param vcpu index of the vCPU
     */
    public void left(int vcpu) {
        for (PartitionPart part : parts) {
            part.left(vcpu);
        }
    }

    /**
     * A vCPU that asked for attention is about to execute an instruction.
     *
     * @param vcpu the vCPU
     * @return true if the guest was diverted
     */
    public boolean attention(VirtualProcessor vcpu) {
        for (PartitionPart part : parts) {
            if (part.attention(vcpu)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Tells whether a vCPU that waits has a reason to go on.
     *
     * @param vcpu index of the vCPU
     * @return true if it goes on
     */
    public boolean wakes(int vcpu) {
        for (PartitionPart part : parts) {
            if (part.wakes(vcpu)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns when {@link #deadlinePassed} is to be called.
     *
     * @return virtual time in nanoseconds, or {@link io.faultline.hwmodel.timer.VirtualClock#NEVER}
     */
    public long nextDeadline() {
        long next = Long.MAX_VALUE;
        for (PartitionPart part : parts) {
            next = Math.min(next, part.nextDeadline());
        }
        return next;
    }

    /**
     * Returns when something happens by itself that may end a wait of a vCPU.
     *
     * @param vcpu index of the vCPU
     * @return virtual time in nanoseconds, or {@link io.faultline.hwmodel.timer.VirtualClock#NEVER}
     */
    public long nextDeadline(int vcpu) {
        long next = Long.MAX_VALUE;
        for (PartitionPart part : parts) {
            next = Math.min(next, part.nextDeadline(vcpu));
        }
        return next;
    }

    /** The time of {@link #nextDeadline()} has come. */
    public void deadlinePassed() {
        for (PartitionPart part : parts) {
            part.deadlinePassed();
        }
    }

    /** The machine is closed: nothing is called any more. */
    public void closed() {
        for (PartitionPart part : parts) {
            part.closed();
        }
    }

    /**
     * Tells whether the hypervisor accesses a page of RAM by itself.
     *
     * @param page physical address
     * @return true if the page must stay
     */
    public boolean needs(long page) {
        for (PartitionPart part : parts) {
            if (part.needs(page)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String stateName() {
        return "partition";
    }

    @Override
    public void reset() {
        for (PartitionPart part : parts) {
            part.reset();
        }
    }

    @Override
    public void save(StateWriter writer) {
        for (PartitionPart part : parts) {
            writer.element(part);
        }
    }

    @Override
    public void restore(StateReader reader) {
        for (PartitionPart part : parts) {
            reader.element(part);
        }
    }
}
