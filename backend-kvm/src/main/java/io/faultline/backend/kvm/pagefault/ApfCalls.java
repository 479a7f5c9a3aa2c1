/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.kvm.pagefault;

import io.faultline.api.arm64.Smccc;
import io.faultline.backend.core.pagefault.Policy;
import io.faultline.backend.core.pagefault.Policy.Decline;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The table of calls: one object for each sub-function. */
final class ApfCalls {
    private static final long VERSION_1_0 = 0x1_0000;

    private final Map<ApfFunction, ApfCall> table = new EnumMap<>(ApfFunction.class);

    private final ApfRoute route;

    ApfCalls(ApfMachine machine, Policy policy, PageFaultDecoration decoration) {
        route = machine.route();
        boolean byEvent = route == ApfRoute.SDEI;
        table.put(ApfFunction.VERSION, (vcpu, a2, a3) -> ApfReply.value(VERSION_1_0));
        table.put(ApfFunction.SLOTS, (vcpu, a2, a3) -> ApfReply.value(policy.limit()));
        machine.event().ifPresent(event -> table.put(ApfFunction.SDEI, (vcpu, a2, a3) -> ApfReply.value(event)));
        table.put(ApfFunction.IRQ, (vcpu, a2, a3) -> ApfReply.value(machine.interrupt()));
        table.put(ApfFunction.ENABLE, new EnableCall(machine));
        table.put(ApfFunction.IRQ_ACK, byEvent ? acknowledge(machine) : new PpiAcknowledgeCall(machine));
        if (!byEvent && policy.decline() == Decline.BY_REPLY) {
            table.put(ApfFunction.REPLY, new ReplyCall(machine));
        }
        table.replaceAll((function, call) -> decoration.call(function, call, machine));
    }

    private static ApfCall acknowledge(ApfMachine machine) {
        return (vcpu, a2, a3) -> {
            machine.control().acknowledge(vcpu);
            return ApfReply.SUCCESS;
        };
    }

    ApfReply execute(int vcpu, int number, long argument2, long argument3) {
        Optional<ApfFunction> function = route.function(number);
        ApfCall call = function.isPresent() ? table.get(function.get()) : null;
        return call != null ? call.execute(vcpu, argument2, argument3) : ApfReply.of(Smccc.NOT_SUPPORTED);
    }
}
