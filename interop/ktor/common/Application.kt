/*
 * What the application does with its sessions, the same on every Ktor. README.md has the routes.
 */
package interop

/** The keys of the recordings. */
const val ENCRYPTION_KEY = "00112233445566778899aabbccddeeff"
const val SIGNING_KEY = "02030405060708090a0b0c0d"

/** The sessions of a call, under the names of their providers: what every Ktor offers. */
interface CallSessions {
    fun get(name: String): Any?
    fun set(name: String, value: Any)
    fun clear(name: String)
}

/** An answer to a request. */
class Answer(val status: Int, val body: String, val isJson: Boolean = false)

/** Answers the request for a path such as `id/cart`, from an application with these providers. */
fun answer(providers: List<Provider<*>>, path: String, query: Query, sessions: CallSessions): Answer =
    try {
        val (first, second) = path.split('/', limit = 2).let { it[0] to it.getOrNull(1) }
        val chosen = if (first == "hdr") HEADERS else providers.filter { it.route == first }
        when {
            path == "read" -> Answer(200, jsonOfAll(providers, sessions), isJson = true)
            path == "none" -> OK
            path == "clear" -> OK.also { providers.forEach { sessions.clear(it.name) } }
            chosen.isEmpty() -> Answer(404, "no such route")
            second == null -> OK.also { chosen.forEach { it.set(query, sessions) } }
            second == "clear" -> OK.also { chosen.forEach { sessions.clear(it.name) } }
            else -> chosen.singleOrNull { it.changeRoute == second }?.change(query, sessions)
                ?: Answer(404, "no such route")
        }
    } catch (bad: BadQuery) {
        Answer(400, bad.message.orEmpty())
    }

private val OK = Answer(200, "ok")

private fun jsonOfAll(providers: List<Provider<*>>, sessions: CallSessions): String =
    providers.joinToString(",", "[", "]") { jsonOf(sessions.get(it.name)) }

/** One of the application's providers, and how its session is made and changed. */
class Provider<S : Any>(
    /** The cookie's or header's name. */
    val name: String,
    /** The route that sets a session, `plain`. */
    val route: String,
    private val make: (Query) -> S,
    /** The route below that which changes the session that is there, `age`. */
    val changeRoute: String,
    private val changed: (S, Query) -> S,
) {
    fun set(query: Query, sessions: CallSessions) = sessions.set(name, make(query))

    fun change(query: Query, sessions: CallSessions): Answer {
        @Suppress("UNCHECKED_CAST") // The servers register each name with this type.
        val session = sessions.get(name) as S? ?: return Answer(200, "none")
        sessions.set(name, changed(session, query))
        return OK
    }
}

val PLAIN = Provider(
    "PLAIN", "plain", { Simple(it.text("name", "a b&c=d"), it.int("age", 3)) },
    "age", { session, _ -> session.copy(age = session.age + 1) },
)

val ID = Provider(
    "ID", "id", { TestUserSession(it.text("userId", "u1"), it.texts("cart", listOf("x", "y"))) },
    "cart", { session, query -> session.copy(cart = session.cart + query.text("item", "z")) },
)

val MAC = Provider(
    "MAC", "mac",
    { Outer(Inner(it.int("id", 1), it.text("label", "l")), it.text("title", "t")) },
    "title", { session, query -> session.copy(title = query.text("title", "t2")) },
)

val ENC = Provider(
    "ENC", "enc", { Inner(it.int("id", 9), it.text("label", "\u00fc")) },
    "label", { session, query -> session.copy(label = query.text("label", "l2")) },
)

val EVERY = Provider(
    "EVERY", "every", { Defaults(it.int("a", 5), it.text("b", "x"), it.textOrNull("c")) },
    "a", { session, _ -> session.copy(a = session.a + 1) },
)

val SESSION = Provider(
    "X-Session", "session",
    { WithEnum(it.role("role", Role.Admin), it.roles("roles", listOf(Role.User))) },
    "role", { session, _ -> WithEnum(other(session.role), session.roles + session.role) },
)

val DRAWING = Provider(
    "X-Id", "drawing", { Drawing(it.shape()) },
    "size", { session, _ -> Drawing(larger(session.shape)) },
)

private val HEADERS = listOf(SESSION, DRAWING)

private fun other(role: Role): Role = if (role == Role.Admin) Role.User else Role.Admin

private fun larger(shape: Shape): Shape = when (shape) {
    is Circle -> Circle(shape.radius * 2)
    is Square -> Square(shape.side + 1)
}
