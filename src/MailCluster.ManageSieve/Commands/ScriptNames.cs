using System.Text;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Session;
using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>Names of scripts as clients send them.</summary>
internal static class ScriptNames
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="AnswerException">It is no name (RFC 5804 §1.6).</exception>
    public static ScriptName Read(Argument argument)
    {
        string text;
        try
        {
            text = s_strict.GetString(argument.Bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new AnswerException(Answer.No("A script name is UTF-8"));
        }

        return ScriptName.TryCreate(text, out var name, out var problem) ? name : throw new AnswerException(Answer.No(problem));
    }
}
