using MailCluster.ManageSieve.Wire;

namespace MailCluster.ManageSieve.Commands;

/// <summary>What an argument of a command is.</summary>
internal enum ParameterKind
{
    /// <summary>A string: the name of a script.</summary>
    Name,

    /// <summary>A string: a script.</summary>
    Script,

    /// <summary>A string: the name of a SASL mechanism.</summary>
    Mechanism,

    /// <summary>A string: base64 of what a SASL mechanism says.</summary>
    Sasl,

    /// <summary>A string that the server only repeats.</summary>
    Tag,

    /// <summary>A number.</summary>
    Number,
}

/// <summary>A parameter of a command. Optional ones come last.</summary>
internal readonly record struct Parameter(ParameterKind Kind, bool IsOptional = false)
{
    public int BytesMax(int scriptBytesMax) => Kind switch
    {
        ParameterKind.Script => scriptBytesMax,
        ParameterKind.Mechanism => WireLimits.MechanismBytesMax,
        ParameterKind.Sasl => WireLimits.SaslBytesMax,
        ParameterKind.Tag => WireLimits.TagBytesMax,
        _ => WireLimits.NameBytesMax,
    };
}
