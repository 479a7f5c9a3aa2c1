/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.backend.core.pagefault;

import io.faultline.api.pagefault.Veto;
import java.util.ArrayList;
import java.util.List;

/**
 * The ports of one machine, each part as a decoration leaves it.
 *
 * @param <M> what the backend knows of the page faults of one machine
 * @since 0.1
 */
public abstract class DecoratedPorts<M> implements PageFaultPorts {
    private final M machine;
    private final PortDecoration<M> decoration;
    private final Policy policy;
    private final TokenSource tokens;
    private final NotPresentRoute notPresent;
    private final ReadyRoute ready;
    private final List<VetoRule> rules = new ArrayList<>();

    /**
     * Makes the ports, without rules.
     *
     * @param machine what is known of the machine
     * @param decoration replaces parts
     * @param policy what the engine does, decorated before since parts are made by it
     * @param tokens the standard source of tokens
     * @param notPresent the standard route for not-present
     * @param ready the standard route for ready
     */
    protected DecoratedPorts(
            M machine,
            PortDecoration<M> decoration,
            Policy policy,
            TokenSource tokens,
            NotPresentRoute notPresent,
            ReadyRoute ready) {
        this.machine = machine;
        this.decoration = decoration;
        this.policy = policy;
        this.tokens = decoration.tokens(tokens, machine);
        this.notPresent = decoration.notPresent(notPresent, machine);
        this.ready = decoration.ready(ready, machine);
    }

    /**
     * Adds a rule behind the ones that are there.
     *
     * @param veto what it is named after
     * @param rule the standard rule
     */
    protected final void add(Veto veto, VetoRule rule) {
        rules.add(decoration.rule(veto, rule, machine));
    }

    /**
     * Returns what the parts tell the engine through.
     *
     * @param engine the engine
     * @return the engine, or something in between
     */
    protected final PageFaultControl decorated(PageFaultControl engine) {
        return decoration.control(engine, machine);
    }

    @Override
    public final Policy policy() {
        return policy;
    }

    @Override
    public final List<VetoRule> rules() {
        return List.copyOf(rules);
    }

    @Override
    public final NotPresentRoute notPresent() {
        return notPresent;
    }

    @Override
    public final ReadyRoute ready() {
        return ready;
    }

    @Override
    public final TokenSource tokens() {
        return tokens;
    }
}
