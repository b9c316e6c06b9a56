/**
 * Code systems, value sets and concept maps at work: what they contain, what subsumes what, what
 * one code means in another system; the national tables; the life of a code system from draft to
 * retirement; and the work list of local codes that no map knows yet. Answers 002#1 and 003#16 of
 * the plans (统一数据标准规范). Resources: CodeSystem, ValueSet, ConceptMap, NamingSystem. States and
 * steps: {@link health.helan.foundation.terminology.Step}. Source: HL7 FHIR R4 (4.0.1),
 * terminology-service.html.
 */
@ApplicationModule(
    displayName = "术语服务",
    type = ApplicationModule.Type.OPEN,
    allowedDependencies = {"foundation.definitions", "foundation.rest", "foundation.store"})
@NullMarked
package health.helan.foundation.terminology;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
