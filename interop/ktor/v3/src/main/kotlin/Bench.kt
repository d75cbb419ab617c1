/*
 * How long Ktor 3.5.2 takes from a cookie's value to the next. README.md has the commands.
 */
package interop

import io.ktor.http.CookieEncoding
import io.ktor.http.decodeCookieValue
import io.ktor.http.encodeCookieValue
import io.ktor.server.sessions.SessionSerializer
import io.ktor.server.sessions.SessionTransportTransformer
import io.ktor.server.sessions.defaultSessionSerializer
import io.ktor.server.sessions.transformRead
import io.ktor.server.sessions.transformWrite
import java.util.Locale
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource
import kotlinx.serialization.Serializable
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json

/** How long each content is handled before anything is measured. */
private val WARM_UP = 4.seconds

/** Obeys the lines of standard input until it ends. */
internal fun bench() {
    val contents = mutableMapOf("120" to Content(Cart.of(1)), "1500" to Content(Cart.of(31)))
    contents.values.forEach { it.warmUp(WARM_UP) }
    println("ready")
    generateSequence(::readLine).forEach { line ->
        println(answer(contents, line) ?: "unknown: $line")
    }
}

private fun answer(contents: MutableMap<String, Content>, line: String): String? {
    val words = line.split(' ', limit = 3)
    val content = words.getOrNull(1)?.let { contents[it] }
    return when {
        line == "jdk" -> listOf("java.vm.name", "java.runtime.version", "java.vendor")
            .joinToString(" ") { System.getProperty(it) }
        words.size == 2 && words[0] == "cookie" -> content?.cookie
        words.size == 3 && words[0] == "cookie" -> content?.take(words[2])
        words.size == 3 && words[0] == "round" -> words[2].toIntOrNull()?.takeIf { it > 0 }
            ?.let { count -> content?.round(count) }
            ?.let { nanos -> String.format(Locale.ROOT, "%.1f", nanos) }
        words.size == 3 && words[0] == "content" -> cartOf(words[2])
            ?.let { cart -> contents[words[1]] = Content(cart).apply { warmUp(WARM_UP) } }
            ?.let { "ok" }
        else -> null
    }
}

private fun cartOf(json: String): Cart? = try {
    Json.decodeFromString<Cart>(json)
} catch (_: SerializationException) {
    null
}

/** A session that travels encrypted, each time as the cookie that the last one made. */
private class Content(cart: Cart) {
    private val serializer: SessionSerializer<Cart> = defaultSessionSerializer()
    private val transformers: List<SessionTransportTransformer> =
        listOf(encrypt(backwardCompatibleRead = false))

    /** The present cookie's value, as it is on the wire. */
    var cookie: String = cookieOf(cart)
        private set

    /** Goes on from another cookie, and gives what is in it; `null` if it cannot be read. */
    fun take(other: String): String? = cartOf(other)?.let { cart ->
        cookie = other
        serializer.serialize(cart)
    }

    fun warmUp(time: Duration) {
        val start = TimeSource.Monotonic.markNow()
        while (start.elapsedNow() < time) {
            round(1000)
        }
    }

    /** The nanoseconds that one takes, over as many. */
    fun round(count: Int): Double {
        val before = checkNotNull(cartOf(cookie)).changes
        val start = TimeSource.Monotonic.markNow()
        repeat(count) { change() }
        val time = start.elapsedNow()
        check(cartOf(cookie)?.changes == (before xor (count and 1)))
        return time.inWholeNanoseconds.toDouble() / count
    }

    private fun change() {
        val cart = checkNotNull(cartOf(cookie))
        // As many digits before as after.
        cookie = cookieOf(cart.copy(changes = cart.changes xor 1))
    }

    private fun cartOf(cookie: String): Cart? {
        val token = decodeCookieValue(cookie, CookieEncoding.URI_ENCODING)
        return transformers.transformRead(token)?.let(serializer::deserialize)
    }

    private fun cookieOf(cart: Cart): String {
        val token = transformers.transformWrite(serializer.serialize(cart))
        return encodeCookieValue(token, CookieEncoding.URI_ENCODING)
    }
}

/** The session of the Rust benchmark: there, too, it is a cart. */
@Serializable
private data class Cart(
    val user: String,
    val currency: String,
    val changes: Int,
    val items: List<Item>,
) {
    companion object {
        fun of(items: Int) = Cart(
            user = "0198c2d7-4f1a",
            currency = "EUR",
            changes = 100_000,
            items = List(items) { Item(article = 1000 + it, name = "article $it", count = 1) },
        )
    }
}

@Serializable
private data class Item(val article: Int, val name: String, val count: Int)
