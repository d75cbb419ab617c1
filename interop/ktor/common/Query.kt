/*
 * The values that a request's query gives to a session.
 */
package interop

/** A query whose value says nothing that a session can hold. */
class BadQuery(message: String) : Exception(message)

/** The parameters of a request's query, decoded. */
class Query(private val parameters: Map<String, List<String>>) {
    fun textOrNull(name: String): String? = parameters[name]?.firstOrNull()

    fun text(name: String, otherwise: String): String = textOrNull(name) ?: otherwise

    fun int(name: String, otherwise: Int): Int =
        parsed(name, "a whole number of 32 bits", otherwise) { it.toIntOrNull() }

    /** The list of a session: the recording's if there is no query at all. */
    fun texts(name: String, otherwise: List<String>): List<String> =
        if (parameters.isEmpty()) otherwise else parameters[name].orEmpty()

    fun role(name: String, otherwise: Role): Role =
        parsed(name, ROLES, otherwise) { roleOf(it) }

    fun roles(name: String, otherwise: List<Role>): List<Role> =
        texts(name, otherwise.map { it.name }).map { roleOf(it) ?: throw bad(name, ROLES) }

    fun shape(): Shape = when (text("shape", "Circle")) {
        "Circle" -> Circle(parsed("radius", "a number", 1.5) { finite(it) })
        "Square" -> Square(int("side", 2))
        else -> throw bad("shape", "Circle or Square")
    }

    private fun <T : Any> parsed(name: String, what: String, otherwise: T, parse: (String) -> T?): T {
        val text = textOrNull(name) ?: return otherwise
        return parse(text) ?: throw bad(name, what)
    }

    private fun finite(text: String): Double? = text.toDoubleOrNull()?.takeIf { it.isFinite() }

    private fun roleOf(text: String): Role? = Role.values().find { it.name == text }

    private fun bad(name: String, what: String) = BadQuery("$name: not $what")

    private companion object {
        const val ROLES = "Admin or User"
    }
}
