/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.sdei;

import com.google.inject.AbstractModule;
import io.faultline.backend.kvm.sdei.policy.SdeiPolicy;
import java.util.Objects;

/**
 * Binds the parts of a dispatcher. Every binding may be overridden; a replacement that wants to wrap the original asks for
 * its class.
 *
 * @since 0.1
 */
public final class SdeiModule extends AbstractModule {
    private final SdeiPolicy policy;

    /**
     * Makes the module.
     *
     * @param policy the choices
     */
    public SdeiModule(SdeiPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
    }

    @Override
    protected void configure() {
        bind(SdeiPolicy.class).toInstance(policy);
        bind(CallDecoration.class).toInstance(CallDecoration.NONE);
        bind(HandlerTransitions.class).to(StandardTransitions.class);
        bind(TriggerLatch.class).to(StandardLatch.class);
        bind(Registration.class).to(StandardRegistration.class);
        bind(AddressCheck.class).to(StandardAddressCheck.class);
        bind(PeMask.class).to(StandardPeMask.class);
        bind(Eligibility.class).to(StandardEligibility.class);
        bind(RoutingRules.class).to(StandardRouting.class);
        bind(DispatchRules.class).to(StandardDispatchRules.class);
        bind(Reevaluation.class).to(StandardReevaluation.class);
        bind(HandlerEntry.class).to(StandardHandlerEntry.class);
        bind(Completion.class).to(StandardCompletion.class);
        bind(PowerRules.class).to(StandardPowerRules.class);
        bind(ImmediateRules.class).to(StandardImmediateRules.class);
        bind(SdeiStateCodec.class).to(StandardStateCodec.class);
    }
}
