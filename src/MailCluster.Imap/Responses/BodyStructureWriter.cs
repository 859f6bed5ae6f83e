using MailCluster.Mime;

namespace MailCluster.Imap.Responses;

/// <summary>BODY and BODYSTRUCTURE (RFC 9051 §7.5.2). Recursive; the MIME reader bounds the depth.</summary>
internal static class BodyStructureWriter
{
    /// <param name="part">The message, or a part of it.</param>
    /// <param name="extended">BODYSTRUCTURE; BODY has no extension data.</param>
    public static void Write(scoped ref ResponseWriter writer, scoped in BodyPart part, bool extended)
    {
        writer.Open();
        if (part.Kind == MimePartKind.Multipart)
            Multipart(ref writer, part, extended);
        else
            Single(ref writer, part, extended);
        writer.Close();
    }

    // body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart]
    private static void Multipart(scoped ref ResponseWriter writer, scoped in BodyPart part, bool extended)
    {
        foreach (var child in part.Children)
            Write(ref writer, child, extended);
        writer.Space();
        writer.String(part.Subtype);
        if (!extended)
            return;
        writer.Space();
        Parameters(ref writer, part.Parameters);
        Extension(ref writer, part);
    }

    private static void Single(scoped ref ResponseWriter writer, scoped in BodyPart part, bool extended)
    {
        writer.String(part.Type);
        writer.Space();
        writer.String(part.Subtype);
        writer.Space();
        Parameters(ref writer, part.Parameters);
        writer.Space();
        writer.NString(part.Id);
        writer.Space();
        writer.NString(part.Description);
        writer.Space();
        writer.String(part.EncodingName);
        writer.Space();
        writer.Number(part.Body.Length);
        if (part.Kind == MimePartKind.Message)
        {
            var message = part.Embedded;
            writer.Space();
            EnvelopeWriter.Write(ref writer, message.Envelope);
            writer.Space();
            Write(ref writer, message, extended);
        }

        if (part.Kind == MimePartKind.Message || part.IsText)
        {
            writer.Space();
            writer.Number(part.BodyLines);
        }

        if (!extended)
            return;
        writer.Space();
        writer.NString(part.Md5);
        Extension(ref writer, part);
    }

    // SP body-fld-dsp SP body-fld-lang SP body-fld-loc
    private static void Extension(scoped ref ResponseWriter writer, scoped in BodyPart part)
    {
        var disposition = part.Disposition;
        if (disposition.IsNil)
        {
            writer.Raw(" NIL"u8);
        }
        else
        {
            writer.Raw(" ("u8);
            writer.String(disposition.Value);
            writer.Space();
            Parameters(ref writer, part.DispositionParameters);
            writer.Close();
        }

        writer.Space();
        Languages(ref writer, part.Languages);
        writer.Space();
        writer.NString(part.Location);
    }

    private static void Languages(scoped ref ResponseWriter writer, scoped BodyLanguages languages)
    {
        if (languages.IsEmpty)
        {
            writer.Nil();
            return;
        }

        writer.Open();
        var first = true;
        foreach (var language in languages)
        {
            if (!first)
                writer.Space();
            first = false;
            writer.String(language);
        }

        writer.Close();
    }

    // The names of parameters in RFC 2231 form keep their "*". Their value goes as it stands in the message to IMAP4rev1, and decoded to
    // IMAP4rev2 (RFC 9051 §7.5.2).
    private static void Parameters(scoped ref ResponseWriter writer, scoped BodyParameters parameters)
    {
        if (parameters.IsEmpty)
        {
            writer.Nil();
            return;
        }

        writer.Open();
        var first = true;
        Span<byte> name = stackalloc byte[128];
        foreach (var parameter in parameters)
        {
            if (!first)
                writer.Space();
            first = false;
            if (parameter.IsExtended && parameter.Name.Length < name.Length)
            {
                parameter.Name.CopyTo(name);
                name[parameter.Name.Length] = (byte)'*';
                writer.String(name[..(parameter.Name.Length + 1)]);
            }
            else
            {
                writer.String(parameter.Name);
            }

            writer.Space();
            writer.String(writer.Utf8 ? parameter.Value : parameter.WireValue);
        }

        writer.Close();
    }
}
