/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.api.machine.MachineRequest.AsyncPageFaultRequest;
import io.faultline.api.state.StateReader;
import io.faultline.api.state.StateWriter;
import io.faultline.backend.core.machine.AbsentPageHandler;
import io.faultline.backend.core.machine.Host;
import io.faultline.backend.core.machine.VirtualProcessor;
import io.faultline.backend.core.pagefault.HostOnlyPorts;
import io.faultline.backend.core.pagefault.PageFaultService;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.kvm.sdei.SdeiDispatcher;
import io.faultline.hwmodel.cpu.ProcessingElement;
import jakarta.inject.Inject;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asynchronous page faults in the style of the KVM series of 2021 or of the variant of 2026 (async-page-fault.md, 3.5 and
 * 3.8), with their known defects corrected unless a setting brings one back: no token is 0 or used twice, nothing is shown for what was not announced, a repeated fault parks the vCPU
 * instead of spinning, and the guest's answer has an effect.
 *
 * <p>Also answers the identification and feature calls of the vendor-specific hypervisor service. A guest to which the VMM
 * does not offer the interface finds its bit clear and its function not supported (APF-002).
 *
 * @since 0.1
 */
public final class KvmPageFaults implements PageFaultFront {
    /** 28b46fb6-2ec5-11e9-a9ca-4b564d003a74 as W0 to W3. */
    private static final int[] UID = {0xB66F_B428, 0xE911_C52E, 0x564B_CAA9, 0x743A_004D};

    private static final int FEATURE_WORDS = 4;

    private final ApfSettings settings;
    private final PageFaultDecoration decoration;
    private @Nullable ApfMachine machine;
    private @Nullable ApfCalls calls;

    /**
     * Makes the front of a machine.
     *
     * @param settings the choices
     * @param decoration replaces parts
     */
    @Inject
    public KvmPageFaults(ApfSettings settings, PageFaultDecoration decoration) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.decoration = Objects.requireNonNull(decoration, "decoration");
    }

    @Override
    public AbsentPageHandler attach(Host host, Optional<SdeiDispatcher> dispatcher) {
        Optional<AsyncPageFaultRequest> wish = host.request().asyncPageFaults();
        Policy policy = decoration.policy(settings.policy());
        if (wish.isEmpty()) {
            return new PageFaultService(host, new HostOnlyPorts(policy));
        }
        ApfMachine offered = new ApfMachine(host, settings.route(), wish.get(), decoration);
        machine = offered;
        calls = new ApfCalls(offered, policy, decoration);
        return new PageFaultService(host, new KvmPorts(offered, policy, settings.firstToken(), dispatcher, decoration));
    }

    @Override
    public boolean call(VirtualProcessor vcpu, int function) {
        ProcessingElement pe = vcpu.pe();
        if (function == Smccc.VENDOR_HYP_UID) {
            for (int i = 0; i < UID.length; i++) {
                pe.x(i, Integer.toUnsignedLong(UID[i]));
            }
            return true;
        }
        if (function == Smccc.VENDOR_HYP_FEATURES) {
            for (int i = 0; i < FEATURE_WORDS; i++) {
                pe.x(i, features(i));
            }
            return true;
        }
        ApfCalls offered = calls;
        if (function != settings.function() || offered == null) {
            return false;
        }
        ApfReply reply = offered.execute(vcpu.index(), (int) pe.x(1), low(pe.x(2)), low(pe.x(3)));
        pe.x(0, reply.status());
        if (reply.value().isPresent()) {
            pe.x(1, reply.value().getAsLong());
        }
        return true;
    }

    /** The function takes 32-bit arguments; what is above is not part of the call (DEN 0028, 3.1). */
    private static long low(long register) {
        return register & 0xFFFF_FFFFL;
    }

    private long features(int word) {
        long bits = word == 0 ? 1 : 0;
        boolean here = settings.number() / Integer.SIZE == word;
        return calls != null && here ? bits | 1L << settings.number() % Integer.SIZE : bits;
    }

    @Override
    public String stateName() {
        return "page-fault-interface";
    }

    @Override
    public void reset() {
        ApfMachine offered = machine;
        if (offered != null) {
            offered.blocks().reset();
        }
    }

    @Override
    public void save(StateWriter writer) {
        ApfMachine offered = machine;
        if (offered != null) {
            writer.element(offered.blocks());
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws io.faultline.api.error.HypervisorException also if an area is not in memory that a guest can write
     */
    @Override
    public void restore(StateReader reader) {
        ApfMachine offered = machine;
        if (offered != null) {
            reader.element(offered.blocks());
            for (int vcpu = 0; vcpu < offered.host().vcpuCount(); vcpu++) {
                if (offered.blocks().isEnabled(vcpu)
                        && !offered.area().isUsable(offered.blocks().area(vcpu))) {
                    throw reader.invalid("apf/control", "has an area for vCPU " + vcpu + " that is not memory");
                }
            }
        }
    }
}
