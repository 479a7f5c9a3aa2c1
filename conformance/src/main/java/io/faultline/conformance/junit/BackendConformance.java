/*
 * Copyright 2026 The Faultline Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.faultline.conformance.junit;

import io.faultline.api.spi.HypervisorBackendProvider;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes the engine {@code faultline} run the conformance suite against a backend. The class needs nothing else:
 *
 * <pre>{@code
 * @BackendConformance(MyProvider.class)
 * class MyBackendConformanceTest {}
 * }</pre>
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface BackendConformance {
    /**
     * Names the provider.
     *
     * @return a class with a public constructor without parameters
     */
    Class<? extends HypervisorBackendProvider> value();

    /**
     * Says which rules to run.
     *
     * @return patterns like {@code SDEI-14*}; every rule if there are none
     */
    String[] rules() default {};

    /**
     * Sets settings of the backend.
     *
     * @return {@code key=value,key=value}; the defaults if empty
     */
    String settings() default "";
}
