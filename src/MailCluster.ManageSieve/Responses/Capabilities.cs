using System.Globalization;
using MailCluster.ManageSieve.Session;

namespace MailCluster.ManageSieve.Responses;

/// <summary>
/// The capabilities (RFC 5804 §1.7): sent as greeting, after STARTTLS, and when asked for. Not after AUTHENTICATE: that is for mechanisms with a security layer
/// (§4, <c>response-authenticate</c>), of which there is none here.
/// </summary>
internal static class Capabilities
{
    /// <summary>RFC 5646's tag of the language of all texts.</summary>
    private const string Language = "en";

    public static void Write(ManageSieveSession session)
    {
        var output = session.Output;
        var options = session.Services.Options;
        output.WriteCapability("IMPLEMENTATION"u8, options.Implementation);
        output.WriteCapability("SIEVE"u8, string.Join(' ', options.Extensions));
        if (!options.NotifyMethods.IsEmpty)
            output.WriteCapability("NOTIFY"u8, string.Join(' ', options.NotifyMethods));
        if (!options.ListSchemes.IsEmpty)
            output.WriteCapability("EXTLISTS"u8, string.Join(' ', options.ListSchemes));

        // Also after login: only where STARTTLS is offered may the list be empty, and UNAUTHENTICATE leads back.
        output.WriteCapability("SASL"u8, string.Join(' ', session.Services.Login.OfferedNames(session.Connection)));
        if (session.State == SessionState.NotAuthenticated && session.Connection.CanStartTls)
            output.WriteCapability("STARTTLS"u8, null);
        output.WriteCapability("MAXREDIRECTS"u8, options.RedirectsMax.ToString(CultureInfo.InvariantCulture));
        output.WriteCapability("LANGUAGE"u8, Language);
        if (session.Connection.Account is { } owner)
            output.WriteCapability("OWNER"u8, owner.Value);
        output.WriteCapability("UNAUTHENTICATE"u8, null);
        output.WriteCapability("VERSION"u8, "1.0");
    }
}
