package health.helan.pharmacy.knowledge;

/**
 * A class with a name.
 *
 * @param together how many of its drugs one person takes at once; 0 where that is not limited
 */
public record DrugClass(String id, Term name, int together) {}
