package health.helan.demo.place;

import java.util.List;

/**
 * Where the residents of one county go.
 *
 * @param county where they live
 * @param tertiary the city's large hospitals
 * @param hospital the county's hospital, or a large one where the county has none
 * @param maternal the city's hospital for mothers and children
 * @param traditional the city's hospital of Chinese medicine, or the county's hospital
 * @param centres township health centres, at least one
 * @param clinics village clinics, at least one
 * @param pharmacies at least one
 * @param laboratory analyses what centres and clinics draw
 * @param bureau the city's public insurance
 * @param insurers commercial insurers
 */
public record Network(
    County county,
    List<Institution> tertiary,
    Institution hospital,
    Institution maternal,
    Institution traditional,
    List<Institution> centres,
    List<Institution> clinics,
    List<Institution> pharmacies,
    Institution laboratory,
    Institution bureau,
    List<Institution> insurers) {}
