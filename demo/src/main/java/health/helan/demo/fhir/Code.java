package health.helan.demo.fhir;

import org.jspecify.annotations.Nullable;

/**
 * A code of a system.
 *
 * @param display in the system's own language; null where the concept's text says enough
 */
public record Code(String system, String code, @Nullable String display) {}
